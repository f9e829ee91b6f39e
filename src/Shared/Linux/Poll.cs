namespace Xen.Linux;

/// <summary>Waits for descriptors, on threads that have nothing else to do.</summary>
public static unsafe class Poll
{
    /// <summary>
    /// Waits until a descriptor is ready. False: <paramref name="ending"/> is readable, which means that the caller is to stop.
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

    /// <summary>Waits until one of two descriptors can be read or is at its end, and returns which. The first may be missing.</summary>
    /// <param name="secondTakes">The wait also ends when the second can be written. The result does not show that.</param>
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

    /// <summary>Waits until a descriptor can be written, or its other side is gone.</summary>
    public static void WaitWritable(FileDescriptor descriptor)
    {
        var one = new Libc.PollFd { Descriptor = descriptor.Number, Events = Libc.POLLOUT };
        while (Libc.poll(&one, 1, -1) < 0)
            if (Libc.LastError != Errno.EINTR)
                throw new PosixException("poll", Libc.LastError);
    }

    /// <summary>Whether a descriptor can be read, or is at its end, before the time is up.</summary>
    public static bool IsReadable(FileDescriptor descriptor, int milliseconds)
    {
        var one = new Libc.PollFd { Descriptor = descriptor.Number, Events = Libc.POLLIN };
        int ready;
        while ((ready = Libc.poll(&one, 1, milliseconds)) < 0)
            if (Libc.LastError != Errno.EINTR)
                throw new PosixException("poll", Libc.LastError);
        return ready > 0;
    }

    /// <summary>Whether nobody can read what is written to a descriptor: the pipe has no reader, or the terminal has hung up.</summary>
    public static bool IsForNobody(FileDescriptor descriptor)
    {
        var one = new Libc.PollFd { Descriptor = descriptor.Number }; // POLLERR and POLLHUP come without being asked for
        return Libc.poll(&one, 1, 0) > 0;
    }

    /// <summary>Waits until one of two descriptors is ready, the time is up or a signal comes.</summary>
    /// <param name="number">A descriptor that a library owns.</param>
    /// <param name="events">The events that the library waits for (POLLIN, POLLOUT).</param>
    /// <param name="bell">A descriptor of ours; it is ready when it can be read.</param>
    /// <param name="milliseconds">The longest wait; -1 for no limit.</param>
    internal static void WaitFor(int number, short events, FileDescriptor bell, int milliseconds)
    {
        var both = stackalloc Libc.PollFd[2];
        both[0] = new() { Descriptor = number, Events = events };
        both[1] = new() { Descriptor = bell.Number, Events = Libc.POLLIN };
        if (Libc.poll(both, 2, milliseconds) < 0 && Libc.LastError != Errno.EINTR)
            throw new PosixException("poll", Libc.LastError);
    }
}
