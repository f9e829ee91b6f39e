namespace Load.Consoles;

/// <summary>Each guest writes a line every so many seconds, evenly spread over them.</summary>
sealed class Chatter(ConsoleGuest[] guests, double seconds) : INeighbours
{
    static readonly byte[] Line = [.. new NumberedLines().At(0, NumberedLines.LineLength)];
    readonly double between = seconds * 1e9 / guests.Length;
    readonly long began = Clock.Now;
    long done;

    public int Events => -1;

    public long Step()
    {
        long due = began + (long)(done * between);
        if (Clock.Now < due)
            return due;
        var guest = guests[done++ % guests.Length];
        guest.TakeEvents();
        _ = guest.Put(Line);
        return began + (long)(done * between);
    }
}
