namespace SystemTests;

/// <summary>bench/RESULTS.md, of which each measurement owns a section.</summary>
static class Results
{
    /// <summary>From the heading to the next one is replaced.</summary>
    internal static void Replace(string heading, string text)
    {
        string file = Path.Combine(Suite.Here, "../../bench/RESULTS.md");
        string before = File.Exists(file) ? File.ReadAllText(file) : "";
        int at = before.IndexOf(heading, StringComparison.Ordinal);
        int end = at < 0 ? -1 : before.IndexOf("\n# ", at, StringComparison.Ordinal);
        string above = at < 0 ? before.TrimEnd() + "\n\n" : before[..at];
        File.WriteAllText(file, above + heading + "\n\n" + text + (end < 0 ? "" : before[end..]));
    }
}
