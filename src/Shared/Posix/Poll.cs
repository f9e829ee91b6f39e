namespace Xen.Posix;

/// <summary>Waiting for one descriptor on a thread that has nothing else to do.</summary>
static unsafe class Poll
{
    /// <summary>Waits until a descriptor is ready; false when <paramref name="ending"/> is readable, which says that nobody wants it any more.</summary>
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
}
