using System.Runtime.CompilerServices;

namespace Xen.Linux.Terminals;

/// <summary>How a terminal treats the bytes that pass through it (struct termios). Only the C library looks at its fields.</summary>
[InlineArray(SizeOf)]
public unsafe struct TerminalMode
{
    const int SizeOf = 128; // struct termios is 60 bytes with glibc and musl

    byte first;

    /// <summary>Reads the mode of a terminal. False: the descriptor is not a terminal.</summary>
    public static bool Read(int descriptor, out TerminalMode mode)
    {
        mode = default;
        fixed (byte* start = &mode.first)
            return Libc.tcgetattr(descriptor, start) == 0;
    }

    /// <summary>How many columns and lines a terminal has; 0 if it does not tell, or is no terminal.</summary>
    public static (int Columns, int Lines) Size(int descriptor)
    {
        ushort* size = stackalloc ushort[4]; // struct winsize: lines, columns, and the size in pixels
        return Libc.ioctl(descriptor, Libc.TIOCGWINSZ, size) < 0 ? default : (size[1], size[0]);
    }

    /// <summary>This mode, changed to raw: bytes unchanged, no echo, no signals (cfmakeraw).</summary>
    public readonly TerminalMode Raw()
    {
        var raw = this;
        Libc.cfmakeraw(&raw.first);
        return raw;
    }

    /// <summary>Gives a terminal this mode. If the terminal is gone, nothing happens.</summary>
    public readonly void Set(int descriptor)
    {
        var copy = this;
        _ = Libc.tcsetattr(descriptor, Libc.TCSANOW, &copy.first);
    }
}
