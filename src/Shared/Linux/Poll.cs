namespace Xen.Linux;

/// <summary>Waiting for descriptors on a thread that has nothing else to do.</summary>
public static unsafe class Poll
{
    /// <summary>
    /// Waits until a descriptor is ready; false when <paramref name="ending"/> is readable, which says that nobody wants it any more.
    /// </summary>
    internal static bool Wait(FileDescriptor descriptor, FileDescriptor ending, bool forWriting)
    {
        var both = stackalloc Libc.PollFd[2];
        both[0] = new() { Descriptor = descriptor.Number, Events = forWriting ? Libc.POLLOUT : Libc.POLLIN };
        both[1] = new() { Descriptor = ending.Number, Events = Libc.POLLIN };
        while (Libc.poll(both, 2, -1) < 0)
            if (Libc.LastError != Errno.EINTR)
                throw new PosixException("poll", Libc.LastError);
        return both[1].Returned == 0;
    }

    /// <summary>Waits until one of two descriptors can be read or is at its end; tells which. The first may be missing.</summary>
    /// <param name="secondTakes">That the second can be written to is waited for as well, and not told.</param>
    public static (bool First, bool Second) WaitEither(FileDescriptor? first, FileDescriptor second, bool secondTakes = false)
    {
        var both = stackalloc Libc.PollFd[2];
        both[0] = new() { Descriptor = first?.Number ?? -1, Events = Libc.POLLIN };
        both[1] = new() { Descriptor = second.Number, Events = (short)(Libc.POLLIN | (secondTakes ? Libc.POLLOUT : 0)) };
        while (Libc.poll(both, 2, -1) < 0)
            if (Libc.LastError != Errno.EINTR)
                throw new PosixException("poll", Libc.LastError);
        return (both[0].Returned != 0, (both[1].Returned & ~Libc.POLLOUT) != 0);
    }

    /// <summary>Waits until a descriptor takes more, or is at its end.</summary>
    public static void WaitWritable(FileDescriptor descriptor)
    {
        var one = new Libc.PollFd { Descriptor = descriptor.Number, Events = Libc.POLLOUT };
        while (Libc.poll(&one, 1, -1) < 0)
            if (Libc.LastError != Errno.EINTR)
                throw new PosixException("poll", Libc.LastError);
    }

    /// <summary>Waits until one of two descriptors is ready, or time is up.</summary>
    /// <param name="number">A descriptor that a library owns, with what it wants to hear of (POLLIN, POLLOUT).</param>
    /// <param name="milliseconds">-1: as long as it takes.</param>
    internal static void WaitFor(int number, short events, FileDescriptor bell, int milliseconds)
    {
        var both = stackalloc Libc.PollFd[2];
        both[0] = new() { Descriptor = number, Events = events };
        both[1] = new() { Descriptor = bell.Number, Events = Libc.POLLIN };
        if (Libc.poll(both, 2, milliseconds) < 0 && Libc.LastError != Errno.EINTR)
            throw new PosixException("poll", Libc.LastError);
    }
}
