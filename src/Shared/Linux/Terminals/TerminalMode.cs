using System.Runtime.CompilerServices;

namespace Xen.Linux.Terminals;

/// <summary>How a terminal treats what passes through it (struct termios). Only the C library knows what is in it.</summary>
[InlineArray(SizeOf)]
public unsafe struct TerminalMode
{
    const int SizeOf = 128; // struct termios is 60 bytes with glibc and musl

    byte first;

    /// <summary>The mode of a terminal; false if the descriptor is none.</summary>
    public static bool Read(int descriptor, out TerminalMode mode)
    {
        mode = default;
        fixed (byte* start = &mode.first)
            return Libc.tcgetattr(descriptor, start) == 0;
    }

    /// <summary>The same, but raw: bytes as they come, no echo, no signals (cfmakeraw).</summary>
    public readonly TerminalMode Raw()
    {
        var raw = this;
        Libc.cfmakeraw(&raw.first);
        return raw;
    }

    /// <summary>Gives a terminal this mode; one that is gone meanwhile is passed over.</summary>
    public readonly void Set(int descriptor)
    {
        var copy = this;
        _ = Libc.tcsetattr(descriptor, Libc.TCSANOW, &copy.first);
    }
}
