namespace XenCommons.Top.Tables;

/// <summary>One cell of a table.</summary>
/// <param name="Text">What is shown.</param>
/// <param name="Number">What it is sorted by, unless its column is text; null: unknown, which comes last.</param>
/// <param name="Mark">How much it should be noticed.</param>
readonly record struct TopCell(string Text, double? Number = null, TopMark Mark = TopMark.None);
