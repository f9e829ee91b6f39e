namespace Xen.Linux.Loop;

/// <summary>
/// The kernel's readiness queue. Each entry has the descriptor's number and its age, which counts the uses of that number. So the loop
/// recognises an event of an earlier descriptor with the same number.
/// </summary>
sealed class Epoll : IDisposable
{
    const int EventsAtOnce = 256;
    const int NoLimit = -1; // as epoll_wait has it

    readonly FileDescriptor descriptor = new(FileDescriptor.Check(Libc.epoll_create1(Libc.EPOLL_CLOEXEC), "epoll_create1"));
    readonly Libc.EpollEvent[] events = new Libc.EpollEvent[EventsAtOnce];

    internal void Add(int number, uint age, Readiness interest) => Control(Libc.EPOLL_CTL_ADD, number, age, interest);

    internal void Change(int number, uint age, Readiness interest) => Control(Libc.EPOLL_CTL_MOD, number, age, interest);

    internal void Remove(int number) => Control(Libc.EPOLL_CTL_DEL, number, 0, Readiness.None);

    /// <summary>Waits for descriptors that are ready. Returns none when the time is over or a signal came.</summary>
    /// <param name="milliseconds">The longest wait; null for no limit.</param>
    internal ReadOnlySpan<Libc.EpollEvent> Wait(long? milliseconds)
    {
        int longest = milliseconds is { } limit ? (int)Math.Clamp(limit, 0, int.MaxValue) : NoLimit;
        int count = Libc.epoll_wait(descriptor.Number, ref events[0], events.Length, longest);
        if (count < 0 && Libc.LastError != Errno.EINTR)
            throw new PosixException("epoll_wait", Libc.LastError);
        return events.AsSpan(0, Math.Max(count, 0));
    }

    internal static (int Number, uint Age, Readiness Readiness) Read(in Libc.EpollEvent ready) =>
        ((int)ready.Data, (uint)(ready.Data >> 32), (Readiness)ready.Events);

    void Control(int operation, int number, uint age, Readiness interest)
    {
        var change = new Libc.EpollEvent { Events = (uint)interest, Data = (long)age << 32 | (uint)number };
        FileDescriptor.Check(Libc.epoll_ctl(descriptor.Number, operation, number, ref change), "epoll_ctl");
    }

    public void Dispose() => descriptor.Dispose();
}
