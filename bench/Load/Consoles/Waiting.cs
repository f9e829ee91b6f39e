namespace Load.Consoles;

static class Waiting
{
    /// <summary>
    /// Waits until <paramref name="fd"/> can be read, -1 for not at all, while the neighbours go on. False: it is too late.
    /// </summary>
    public static bool For(int fd, INeighbours neighbours, long until)
    {
        Span<Native.PollFd> fds =
        [
            new() { Fd = fd, Events = Native.POLLIN },
            new() { Fd = neighbours.Events, Events = Native.POLLIN },
        ];
        while (true)
        {
            long next = Math.Min(neighbours.Step(), until);
            _ = Native.Poll(fds, Math.Max(0, next - Clock.Now));
            if (fds[0].Returned != 0)
                return true;
            if (Clock.Now >= until)
                return false;
        }
    }
}
