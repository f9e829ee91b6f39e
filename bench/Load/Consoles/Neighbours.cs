namespace Load.Consoles;

/// <summary>What other guests do beside the one that is measured. They live in its thread, so that they wait for it and not it for them.</summary>
interface INeighbours
{
    /// <summary>Does the next small thing that is due; returns when to call again, 0 for at once.</summary>
    long Step();

    /// <summary>Readable when it should be called before that; -1 if there is no such thing.</summary>
    int Events { get; }
}

/// <summary>There are none.</summary>
sealed class Silence : INeighbours
{
    public long Step() => long.MaxValue;
    public int Events => -1;
}

/// <summary>Each guest writes a line every so many seconds, evenly spread over them.</summary>
sealed class Chatter(ConsoleGuest[] guests, double seconds) : INeighbours
{
    static readonly byte[] line = [.. new NumberedLines().At(0, NumberedLines.LineLength)];
    readonly double between = seconds * 1e9 / guests.Length;
    readonly long began = Clock.Now;
    long done;

    public int Events => -1;

    public long Step()
    {
        var due = began + (long)(done * between);
        if (Clock.Now < due)
            return due;
        var guest = guests[done++ % guests.Length];
        guest.TakeEvents();
        _ = guest.Put(line);
        return began + (long)(done * between);
    }
}

/// <summary>A guest which writes without pause.</summary>
sealed class Flooder(ConsoleGuest guest) : INeighbours
{
    const long shortWhile = 1_000_000;
    readonly NumberedLines lines = new();
    long written;

    public int Events => guest.Events;

    public long Step()
    {
        var n = guest.Put(lines.At(written, 256));
        written += n;
        if (n > 0)
            return 0;
        guest.TakeEvents();
        return Clock.Now + shortWhile;
    }
}

static class Waiting
{
    /// <summary>Waits until <paramref name="fd"/> can be read, -1 for not at all, while the neighbours go on. False: it is too late.</summary>
    public static bool For(int fd, INeighbours neighbours, long until)
    {
        Span<Native.PollFd> fds =
        [
            new() { Fd = fd, Events = Native.POLLIN },
            new() { Fd = neighbours.Events, Events = Native.POLLIN },
        ];
        while (true)
        {
            var next = Math.Min(neighbours.Step(), until);
            _ = Native.Poll(fds, Math.Max(0, next - Clock.Now));
            if (fds[0].Returned != 0)
                return true;
            if (Clock.Now >= until)
                return false;
        }
    }
}
