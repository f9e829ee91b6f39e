using XenDomains.Planning;

namespace XenDomains.Reports;

/// <summary>How far each guest is: what a table shows, a status line says and a summary counts. Tells others in turn.</summary>
/// <param name="verb">What is done to them: start, stop, save.</param>
sealed class Progress(string verb, params IReport[] others) : IReport
{
    readonly Lock gate = new();
    readonly Dictionary<string, (Stage Stage, string Text, DateTime Since)> guests = new(StringComparer.Ordinal);
    readonly List<string> order = [];

    /// <summary>Each guest that was told of, in the order in which they came.</summary>
    internal IReadOnlyList<(string Name, Stage Stage, string Text, DateTime Since)> Guests
    {
        get
        {
            lock (gate)
                return [.. order.Select(name => (name, guests[name].Stage, guests[name].Text, guests[name].Since))];
        }
    }

    /// <summary>When something happened last, in UTC.</summary>
    internal DateTime Changed { get; private set; } = DateTime.UtcNow;

    // Why somebody could not be told of a step; null: all were.
    string? untold;

    /// <inheritdoc/>
    public void Tell(string guest, Stage stage, string text)
    {
        lock (gate)
        {
            Changed = DateTime.UtcNow;
            if (!guests.ContainsKey(guest))
                order.Add(guest);
            guests[guest] = (stage, text, DateTime.UtcNow);
        }
        foreach (var other in others)
            try
            {
                other.Tell(guest, stage, text);
            }
            // Of a console or a log that takes nothing, which a logger puts into one of its own. A full disk under a log is no reason to leave
            // guests running; the summary says it.
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or AggregateException)
            {
                untold ??= e.Message;
            }
    }

    /// <summary>One line for who waits: how many are done, and who is at work.</summary>
    internal string Line()
    {
        var now = Guests.Where(guest => guest.Stage != Stage.Left).ToList();
        string atWork = string.Join(", ",
            now.Where(guest => guest.Stage == Stage.Working).Take(3).Select(guest => $"{guest.Name} {guest.Text}"));
        return $"{verb}: {now.Count(guest => guest.Stage is Stage.Done or Stage.Failed)} of {now.Count}"
            + $" guests{(atWork is "" ? "" : "; " + atWork)}";
    }

    /// <summary>One sentence when all is over.</summary>
    internal string Summary()
    {
        var all = Guests;
        var failed = all.Where(guest => guest.Stage == Stage.Failed).ToList();
        string counted = $"{verb}: {all.Count(guest => guest.Stage == Stage.Done)} of {all.Count(guest => guest.Stage != Stage.Left)} guests went well";
        string missed = untold is null ? "" : $"; not all of it could be reported: {untold}";
        return failed.Count == 0 ? counted + missed : $"{counted}; not {string.Join(", ", failed.Take(20).Select(guest => guest.Name))}{(failed.Count > 20 ? $" and {failed.Count - 20} more" : "")}{missed}";
    }
}
