using XenCommons.Top.Readings;
using XenCommons.Top.Tables;

namespace XenCommons.Top;

/// <summary>What the administrator has chosen. A key makes another state of it.</summary>
sealed record TopState
{
    const int LongestFilter = 64;

    internal TopKind Kind { get; init; }

    /// <summary>The column that the lines are sorted by; empty: by requests.</summary>
    internal string Sort { get; init; } = "";

    internal bool IsReversed { get; init; }
    internal string Filter { get; init; } = "";

    /// <summary>Keys are letters of the filter now.</summary>
    internal bool IsTyping { get; init; }

    internal bool IsPaused { get; init; }

    /// <summary>The line that is selected; null: none.</summary>
    internal long? Selected { get; init; }

    /// <summary>The domain whose paths are shown; null: the table is.</summary>
    internal int? PathsOf { get; init; }

    /// <summary>It is to end.</summary>
    internal bool IsOver { get; init; }

    internal IReadOnlyList<TopHeading> Headings => HeadingsOf(Kind);

    /// <summary>The column that the lines are sorted by.</summary>
    internal string SortColumn => Headings.Any(heading => heading.Name == Sort) ? Sort : "requests";

    internal static IReadOnlyList<TopHeading> HeadingsOf(TopKind kind) =>
        kind == TopKind.Domains ? DomainTable.Headings : ClientTable.Headings;

    /// <summary>The table that it wants to see, sorted and filtered.</summary>
    internal TopTable Table(TopLoad load) =>
        (Kind == TopKind.Domains ? DomainTable.Of(load.Domains) : ClientTable.Of(load.Clients)).Sorted(SortColumn, Filter, IsReversed);

    /// <summary>The state after a key.</summary>
    /// <param name="shown">The ids of the lines, in their order.</param>
    /// <param name="page">Lines that fit at once.</param>
    internal TopState After(TopKey key, IReadOnlyList<long> shown, int page)
    {
        if (key == TopKey.Interrupt)
            return this with { IsOver = true };
        if (IsTyping)
            return Typed(key);
        if (PathsOf is not null)
            return key == TopKey.Escape || key == TopKey.Enter || key.Character == 'q' ? this with { PathsOf = null }
                : key.Character is 'p' or ' ' ? this with { IsPaused = !IsPaused }
                : this;
        int at = Selected is { } selected ? shown.ToList().IndexOf(selected) : -1;
        return key switch
        {
            _ when key == TopKey.Up => Select(shown, at - 1),
            _ when key == TopKey.Down => Select(shown, at + 1),
            _ when key == TopKey.PageUp => Select(shown, at - page),
            _ when key == TopKey.PageDown => Select(shown, at + page),
            _ when key == TopKey.First => Select(shown, 0),
            _ when key == TopKey.Last => Select(shown, shown.Count - 1),
            _ when key == TopKey.Tab => new() { Kind = Kind == TopKind.Domains ? TopKind.Clients : TopKind.Domains, IsPaused = IsPaused },
            _ when key == TopKey.Enter && Kind == TopKind.Domains && shown.Count > 0 => Select(shown, Math.Max(at, 0)).IntoPaths(),
            _ when key == TopKey.Escape => this with { Selected = null, Filter = "" },
            _ => AfterLetter(key.Character),
        };
    }

    TopState AfterLetter(char letter) => letter switch
    {
        'q' => this with { IsOver = true },
        'p' or ' ' => this with { IsPaused = !IsPaused },
        'r' => this with { IsReversed = !IsReversed },
        '/' => this with { IsTyping = true },
        '<' or ',' => SortedBy(-1),
        '>' or '.' => SortedBy(1),
        _ => this,
    };

    TopState IntoPaths() => this with { PathsOf = (int)Selected!.Value };

    TopState Select(IReadOnlyList<long> shown, int at) =>
        shown.Count == 0 ? this : this with { Selected = shown[Math.Clamp(at, 0, shown.Count - 1)] };

    TopState SortedBy(int step)
    {
        int index = Headings.Select(heading => heading.Name).ToList().IndexOf(SortColumn) + step;
        return this with { Sort = Headings[Math.Clamp(index, 0, Headings.Count - 1)].Name };
    }

    TopState Typed(TopKey key) =>
        key == TopKey.Enter ? this with { IsTyping = false }
        : key == TopKey.Escape ? this with { IsTyping = false, Filter = "" }
        : key == TopKey.Erase ? this with { Filter = Filter.Length > 0 ? Filter[..^1] : "" }
        : key.IsText && Filter.Length < LongestFilter ? this with { Filter = Filter + key.Character }
        : this;
}
