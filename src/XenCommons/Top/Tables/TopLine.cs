namespace XenCommons.Top.Tables;

/// <summary>One line of a table.</summary>
/// <param name="Id">What it is of: a domain's id, or the store's number of a client.</param>
/// <param name="Name">What a filter looks at.</param>
/// <param name="Cells">One for each column.</param>
sealed record TopLine(long Id, string Name, IReadOnlyList<TopCell> Cells);
