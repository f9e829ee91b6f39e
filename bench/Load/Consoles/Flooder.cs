namespace Load.Consoles;

/// <summary>A guest which writes without pause.</summary>
sealed class Flooder(ConsoleGuest guest) : INeighbours
{
    const long ShortWhile = 1_000_000;
    readonly NumberedLines lines = new();
    long written;

    public int Events => guest.Events;

    public long Step()
    {
        int n = guest.Put(lines.At(written, 256));
        written += n;
        if (n > 0)
            return 0;
        guest.TakeEvents();
        return Clock.Now + ShortWhile;
    }
}
