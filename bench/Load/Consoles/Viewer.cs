using System.Runtime.InteropServices;

namespace Load.Consoles;

/// <summary>Who looks at a console: its pty, opened as xenconsole does.</summary>
sealed unsafe class Viewer : IDisposable
{
    readonly byte[] input = GC.AllocateUninitializedArray<byte>(1 << 16, pinned: true);

    public Viewer(string tty)
    {
        const int Now = 0;
        Fd = Native.Open(tty, Native.O_RDWR | Native.O_NOCTTY | Native.O_NONBLOCK | Native.O_CLOEXEC, 0);
        byte* terminal = stackalloc byte[256]; // struct termios is 60 bytes of it
        if (Fd < 0 || Native.TcGetAttr(Fd, terminal) < 0)
            throw Native.Failure(tty);
        Native.CfMakeRaw(terminal);
        if (Native.TcSetAttr(Fd, Now, terminal) < 0)
            throw Native.Failure(tty);
    }

    public int Fd { get; }

    public void Write(byte value)
    {
        if (Native.Write(Fd, &value, 1) != 1)
            throw Native.Failure("the pty");
    }

    /// <summary>What one read gives; empty if nothing is there.</summary>
    public ReadOnlySpan<byte> Read()
    {
        fixed (byte* first = input)
        {
            nint n = Native.Read(Fd, first, input.Length);
            if (n < 0 && Marshal.GetLastPInvokeError() is not (Native.EAGAIN or Native.EINTR))
                throw Native.Failure("the pty");
            return n >= 0 ? input.AsSpan(0, (int)n) : default;
        }
    }

    public void Dispose() => Native.Close(Fd);
}
