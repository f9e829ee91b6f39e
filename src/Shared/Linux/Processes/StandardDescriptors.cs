namespace Xen.Linux.Processes;

/// <summary>
/// Descriptors 0 to 2: standard input, output and error. The parent of a daemon may have closed any of them. Then the next file that the
/// process opens gets that number: the runtime's random numbers, its pipe for signals, the pid file. The log would be written into that
/// file. And a daemon that goes into the background would put /dev/null in its place and never get a signal again.
/// </summary>
public static unsafe class StandardDescriptors
{
    const int Last = 2;

    /// <summary>
    /// Opens /dev/null for each of them that is closed. Call this before anything else is opened: the runtime closes again what it opens
    /// until then. The C library's functions are bound when the program is linked (DirectPInvoke in Directory.Build.props), because looking
    /// one up opens files, too.
    /// </summary>
    public static void Complete()
    {
        int number;
        // The kernel gives the lowest free number. Programs that we start inherit it.
        fixed (byte* nothing = "/dev/null\0"u8)
            do
                number = Libc.open_bytes(nothing, Libc.O_RDWR, 0);
            while (number is >= 0 and <= Last);
        if (number > Last)
            _ = Libc.close(number);
    }
}
