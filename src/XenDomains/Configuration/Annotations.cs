using System.Globalization;
using System.Text;

namespace XenDomains.Configuration;

/// <summary>
/// What a guest's own configuration asks of xendomains, in comments that xl does not read:
/// <c># xendomains: after=db ready=tcp:10.0.0.5:80</c>. A line may hold several words, and there may be several lines. Double quotes
/// enclose a value with blanks. Commas separate the items of a list.
/// </summary>
sealed record Annotations
{
    internal const string Mark = "xendomains:";

    internal static readonly Annotations None = new();

    /// <summary>A guest with a smaller number starts earlier and stops later, if nothing else decides.</summary>
    internal int Priority { get; private init; }

    /// <summary>Guests that start before this one, if they start at all.</summary>
    internal IReadOnlyList<string> After { get; private init; } = [];

    /// <summary>Guests that this one needs: they must be started and ready before it.</summary>
    internal IReadOnlyList<string> Requires { get; private init; } = [];

    internal ReadyRule? Ready { get; private init; }

    /// <summary>How long the guest may take to be ready.</summary>
    internal TimeSpan ReadyWithin { get; private init; } = TimeSpan.FromSeconds(120);

    /// <summary>Files, devices and mounts to wait for, beside the disks and bridges that the configuration names.</summary>
    internal IReadOnlyList<string> Wait { get; init; } = [];

    internal TimeSpan? WaitWithin { get; private init; }

    internal int? Retries { get; private init; }

    /// <summary>The ways to stop the guest, in this order; null: the ways of the settings file.</summary>
    internal IReadOnlyList<StopWay>? Stop { get; private init; }

    internal TimeSpan? StartWithin { get; private init; }

    /// <summary>How long each way to stop the guest may take.</summary>
    internal IReadOnlyDictionary<StopWay, TimeSpan> Within { get; private init; } = new Dictionary<StopWay, TimeSpan>();

    /// <summary>Reads the comments of a configuration.</summary>
    /// <param name="file">The configuration's name, for <paramref name="faults"/>.</param>
    /// <param name="faults">Gets one sentence for each word that is not understood.</param>
    internal static Annotations Parse(string text, string file, ICollection<string> faults)
    {
        var notes = None;
        int number = 0;
        foreach (string line in text.Split('\n'))
        {
            number++;
            string comment = line.Trim();
            if (!comment.StartsWith('#'))
                continue;
            comment = comment.TrimStart('#').TrimStart();
            if (!comment.StartsWith(Mark, StringComparison.Ordinal))
                continue;
            foreach (string word in Words(comment[Mark.Length..]))
                if (notes.With(word) is { } more)
                    notes = more;
                else
                    faults.Add($"{file}:{number}: \"{word}\" is not understood in a comment for xendomains (xendomains(8) lists its"
                        + " words)");
        }
        return notes;
    }

    Annotations? With(string word)
    {
        int equals = word.IndexOf('=', StringComparison.Ordinal);
        if (equals < 1 || equals == word.Length - 1)
            return null;
        string name = word[..equals], value = word[(equals + 1)..];
        const string Limit = "-within";
        if (name.EndsWith(Limit, StringComparison.Ordinal) && Way(name[..^Limit.Length]) is { } way)
            return Seconds(value) is { } most ? this with { Within = new Dictionary<StopWay, TimeSpan>(Within) { [way] = most } } : null;
        return name switch
        {
            "priority" when int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int priority) =>
                this with { Priority = priority },
            "after" => this with { After = [.. After, .. List(value)] },
            "requires" => this with { Requires = [.. Requires, .. List(value)] },
            "wait" => this with { Wait = [.. Wait, .. List(value)] },
            "wait-within" when Seconds(value) is { } time => this with { WaitWithin = time },
            "ready" when ReadinessOf(value) is { } ready => this with { Ready = ready },
            "ready-within" when Seconds(value) is { } time => this with { ReadyWithin = time },
            "retries" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int retries) =>
                this with { Retries = retries },
            "start-within" when Seconds(value) is { } time => this with { StartWithin = time },
            "stop" when Ways(value) is { } ways => this with { Stop = ways },
            _ => null,
        };
    }

    static StopWay? Way(string name) => name switch
    {
        "sysrq" => StopWay.SysRq,
        "migrate" => StopWay.Migrate,
        "save" => StopWay.Save,
        "shutdown" => StopWay.Shutdown,
        "destroy" => StopWay.Destroy,
        _ => null,
    };

    static List<StopWay>? Ways(string value)
    {
        var ways = new List<StopWay>();
        foreach (string name in List(value))
        {
            if (Way(name) is not { } way)
                return null;
            ways.Add(way);
        }
        return ways;
    }

    static TimeSpan? Seconds(string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int seconds) && seconds > 0 ? TimeSpan.FromSeconds(seconds)
            : null;

    static ReadyRule? ReadinessOf(string value)
    {
        if (value == "drivers")
            return new ReadyRule.Drivers();
        if (value.StartsWith("store:", StringComparison.Ordinal) && value.Length > "store:".Length)
        {
            string node = value["store:".Length..];
            int equals = node.IndexOf('=', StringComparison.Ordinal);
            return equals < 0 ? new ReadyRule.Node(node, null)
                : equals > 0 ? new ReadyRule.Node(node[..equals], node[(equals + 1)..])
                : null;
        }
        if (!value.StartsWith("tcp:", StringComparison.Ordinal))
            return null;
        string place = value["tcp:".Length..];
        int colon = place.LastIndexOf(':');
        return colon > 0 && ushort.TryParse(place[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out ushort port)
            && port > 0
            ? new ReadyRule.Tcp(place[..colon].Trim('[', ']'), port)
            : null;
    }

    static string[] List(string value) => value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    static IEnumerable<string> Words(string text)
    {
        var word = new StringBuilder();
        bool quoted = false;
        foreach (char character in text + " ")
            if (character == '"')
                quoted = !quoted;
            else if (!quoted && char.IsWhiteSpace(character))
            {
                if (word.Length > 0)
                    yield return word.ToString();
                word.Clear();
            }
            else
                word.Append(character);
        if (word.ToString().Trim() is { Length: > 0 } open)
            yield return open; // the closing quote is missing
    }
}
