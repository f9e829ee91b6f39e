namespace XenCommons.Top.Tables;

/// <summary>A table as values, apart from any terminal.</summary>
sealed record TopTable(IReadOnlyList<TopHeading> Headings, IReadOnlyList<TopLine> Lines)
{
    /// <summary>A table whose columns of ids are wide enough for its lines.</summary>
    internal static TopTable Of(IEnumerable<TopHeading> headings, IReadOnlyList<TopLine> lines) => new(
        [
            .. from heading in headings.Index()
               let longest = lines.Select(line => line.Cells[heading.Index].Text.Length).DefaultIfEmpty().Max()
               select heading.Item.IsId && longest > heading.Item.Width ? heading.Item with { Width = longest } : heading.Item,
        ], lines);

    /// <summary>The column with this name; -1 if there is none.</summary>
    internal int Column(string name) => Headings.Select(heading => heading.Name).ToList().IndexOf(name);

    /// <summary>
    /// The lines whose name contains a text, in the order of a column: numbers with the largest first, text and ids from the first letter
    /// and the smallest on. Lines that are equal there are in the order of their ids, so that they do not jump about.
    /// </summary>
    /// <param name="filter">Capitals count as small letters.</param>
    /// <param name="isReversed">The other way round. What is unknown comes last all the same.</param>
    internal TopTable Sorted(string column, string filter, bool isReversed)
    {
        int index = Math.Max(Column(column), 0);
        var lines = Lines.Where(line => line.Name.Contains(filter, StringComparison.OrdinalIgnoreCase));
        bool isText = Headings[index].IsText, rises = (isText || index == 0) != isReversed;
        var sorted = isText
            ? Order(lines, line => line.Cells[index].Text, rises, StringComparer.OrdinalIgnoreCase)
            : Order(lines.OrderBy(line => line.Cells[index].Number is null), line => line.Cells[index].Number, rises);
        return this with { Lines = [.. sorted.ThenBy(line => line.Id)] };
    }

    static IOrderedEnumerable<TopLine> Order(IEnumerable<TopLine> lines, Func<TopLine, string> key, bool rises, StringComparer comparer) =>
        rises ? lines.OrderBy(key, comparer) : lines.OrderByDescending(key, comparer);

    static IOrderedEnumerable<TopLine> Order(IOrderedEnumerable<TopLine> lines, Func<TopLine, double?> key, bool rises) =>
        rises ? lines.ThenBy(key) : lines.ThenByDescending(key);
}
