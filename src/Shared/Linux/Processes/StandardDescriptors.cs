namespace Xen.Linux.Processes;

/// <summary>
/// Descriptors 0 to 2: standard input, output and error. Who starts a daemon may have closed any of them. Then the next file that the
/// process opens gets that number: the runtime's random numbers, its pipe of signals, the pid file. A line of the log would be written
/// into it, and a daemon that goes into the background would put /dev/null over it and never hear a signal again.
/// </summary>
public static unsafe class StandardDescriptors
{
    const int Last = 2;

    /// <summary>
    /// Opens /dev/null for each that is closed. To be called before anything else is opened: what the runtime opens until then it closes
    /// again. The two calls are bound when the program is linked (DirectPInvoke in Directory.Build.props), for to look a call up opens
    /// files, too.
    /// </summary>
    public static void Complete()
    {
        int number;
        fixed (byte* nothing = "/dev/null\0"u8)
            do
                number = Libc.open_bytes(nothing, Libc.O_RDWR, 0); // the kernel gives the lowest number that is free; programs that we start inherit it
            while (number is >= 0 and <= Last);
        if (number > Last)
            _ = Libc.close(number);
    }
}
