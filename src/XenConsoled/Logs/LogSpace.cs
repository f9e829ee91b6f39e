using System.Text.RegularExpressions;
using XenConsoled.Core;

namespace XenConsoled.Logs;

/// <summary>
/// The ceiling over all logs of a folder. Rotated files go first, the oldest before the others; then logs of guests that are no
/// more. What runs shares the ceiling: with many guests, each one's file is rotated earlier. Lives on the log thread.
/// </summary>
sealed partial class LogSpace
{
    /// <summary>The ending of a file that is being compressed; one that is left is of a process that was killed in it.</summary>
    internal const string Part = ".gz.part";

    const long LeastOfFile = 64 * 1024;
    const long TidyMs = 60_000;

    readonly HashSet<string> open = [], known = [];
    readonly Dictionary<string, long> nextTidy = [];

    internal void Opened(string path)
    {
        open.Add(path);
        if (!Ours().IsMatch(Path.GetFileName(path)))
            known.Add(path); // xapi's names
    }

    internal void Closed(string path) => open.Remove(path);

    /// <summary>Bytes that a file may have now; 0: without limit.</summary>
    internal long FileLimit(LogLimits limits)
    {
        if (limits.Total == 0)
            return limits.FileSize;
        long share = Math.Max(limits.Total / Math.Max(open.Count, 1), LeastOfFile);
        return limits.FileSize == 0 ? share : Math.Min(limits.FileSize, share);
    }

    /// <summary>Removes what the ceiling has no room for, but looks at a folder once a minute only.</summary>
    internal void TidyAtTimes(string folder, LogLimits limits)
    {
        long now = Environment.TickCount64;
        if (nextTidy.TryGetValue(folder, out long next) && now < next)
            return;
        nextTidy[folder] = now + TidyMs;
        Tidy(folder, limits);
    }

    /// <summary>Removes what the ceiling has no room for, when those that are open have grown as far as they may.</summary>
    /// <param name="reopens">One that was just rotated and is about to be opened again.</param>
    internal void Tidy(string folder, LogLimits limits, string? reopens = null)
    {
        if (limits.Total == 0)
            return;
        if (reopens is not null)
            open.Add(reopens);
        long room = limits.Total - open.Count * FileLimit(limits);
        // Of a file whose name is no UTF-8, which C xenconsoled makes for such a guest, .NET says that it is not there. It is left alone.
        var dispensable = new DirectoryInfo(folder).GetFiles()
            .Where(file => file.Exists && file.LinkTarget is null && !open.Contains(file.FullName))
            .Where(file => Ours().IsMatch(file.Name) || known.Contains(PutAway().Replace(file.FullName, "")))
            .OrderBy(file => PutAway().IsMatch(file.Name) ? 0 : 1).ThenBy(file => file.LastWriteTimeUtc).ToList();
        long total = dispensable.Sum(file => file.Length);
        foreach (var file in dispensable.TakeWhile(_ => total > room))
        {
            total -= file.Length;
            file.Delete();
            known.Remove(file.FullName);
        }
        if (reopens is not null)
            open.Remove(reopens);
    }

    [GeneratedRegex(@"^(guest-.*|hypervisor)\.log(\.\d+(\.gz(\.part)?)?)?$", RegexOptions.CultureInvariant)]
    private static partial Regex Ours();

    [GeneratedRegex(@"\.\d+(\.gz(\.part)?)?$", RegexOptions.CultureInvariant)]
    private static partial Regex PutAway();
}
