using System.Text.RegularExpressions;

namespace XenConsoled.Logs;

/// <summary>
/// The ceiling over all logs of a folder. Files that were put away go first, the oldest before the others; then logs of guests that are no
/// more. What runs shares the ceiling: with many guests, each one's file is put away earlier. Lives on the log thread.
/// </summary>
sealed partial class LogSpace
{
    const long LeastOfFile = 64 * 1024;

    readonly HashSet<string> open = [];

    internal void Opened(string path) => open.Add(path);

    internal void Closed(string path) => open.Remove(path);

    /// <summary>Bytes that a file may have now; 0: without limit.</summary>
    internal long FileLimit(LogLimits limits)
    {
        if (limits.Total == 0)
            return limits.FileSize;
        long share = Math.Max(limits.Total / Math.Max(open.Count, 1), LeastOfFile);
        return limits.FileSize == 0 ? share : Math.Min(limits.FileSize, share);
    }

    /// <summary>Removes what the ceiling has no room for, when those that are open have grown as far as they may.</summary>
    /// <param name="putAway">The one that was just put away and is about to be opened again.</param>
    internal void Tidy(string folder, LogLimits limits, string putAway)
    {
        if (limits.Total == 0)
            return;
        open.Add(putAway);
        long room = limits.Total - open.Count * FileLimit(limits);
        var dispensable = new DirectoryInfo(folder).GetFiles().Where(file => Ours().IsMatch(file.Name) && !open.Contains(file.FullName))
            .OrderBy(file => PutAway().IsMatch(file.Name) ? 0 : 1).ThenBy(file => file.LastWriteTimeUtc).ToList();
        long total = dispensable.Sum(file => file.Length);
        foreach (var file in dispensable.TakeWhile(_ => total > room))
        {
            total -= file.Length;
            file.Delete();
        }
        open.Remove(putAway);
    }

    [GeneratedRegex(@"^(guest-.*|hypervisor)\.log(\.\d+(\.gz)?)?$", RegexOptions.CultureInvariant)]
    private static partial Regex Ours();

    [GeneratedRegex(@"\.log\.\d+(\.gz)?$", RegexOptions.CultureInvariant)]
    private static partial Regex PutAway();
}
