using XenDomains.Planning;

namespace XenDomains.Reports;

/// <summary>How far each guest is, for a table, a status line and a summary. Passes each report on to others.</summary>
/// <param name="verb">The operation: start, stop, save.</param>
sealed class Progress(string verb, params IReport[] others) : IReport
{
    readonly Lock gate = new();
    readonly Dictionary<string, (Stage Stage, string Text, DateTime Since)> guests = new(StringComparer.Ordinal);
    readonly List<string> order = [];

    /// <summary>Each guest that was reported, in the order of the first reports.</summary>
    internal IReadOnlyList<(string Name, Stage Stage, string Text, DateTime Since)> Guests
    {
        get
        {
            lock (gate)
                return [.. order.Select(name => (name, guests[name].Stage, guests[name].Text, guests[name].Since))];
        }
    }

    /// <summary>The time of the last report, in UTC.</summary>
    internal DateTime Changed { get; private set; } = DateTime.UtcNow;

    // Why a report could not be passed on; null: all were.
    string? unreported;

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
            // The edge of telling. Whatever a console, a log or a bus throws (a full disk, and more), it is no reason to leave guests
            // running. The summary reports it.
            catch (Exception e)
            {
                unreported ??= e.Message;
            }
    }

    /// <summary>One line for the user who waits: how many guests are done, and which are at work.</summary>
    internal string Line()
    {
        var now = Guests.Where(guest => guest.Stage != Stage.Left).ToList();
        string atWork = string.Join(", ",
            now.Where(guest => guest.Stage == Stage.Working).Take(3).Select(guest => $"{guest.Name} {guest.Text}"));
        return $"{verb}: {now.Count(guest => guest.Stage is Stage.Done or Stage.Failed)} of {now.Count}"
            + $" guests{(atWork is "" ? "" : "; " + atWork)}";
    }

    /// <summary>One sentence at the end.</summary>
    internal string Summary()
    {
        var all = Guests;
        var failed = all.Where(guest => guest.Stage == Stage.Failed).ToList();
        int done = all.Count(guest => guest.Stage == Stage.Done), asked = all.Count(guest => guest.Stage != Stage.Left);
        string counted = $"{verb}: {done} of {asked} guests went well";
        string missed = unreported is null ? "" : $"; not all of it could be reported: {unreported}";
        string more = failed.Count > 20 ? $" and {failed.Count - 20} more" : "";
        return failed.Count == 0 ? counted + missed
            : $"{counted}; not {string.Join(", ", failed.Take(20).Select(guest => guest.Name))}{more}{missed}";
    }
}
