using System.Text.RegularExpressions;
using XenConsoled.Core;

namespace XenConsoled.Logs;

/// <summary>
/// The limit for all logs of a folder together. Rotated files are removed first, the oldest before the others. Logs of guests that are gone
/// follow. Open files share the limit: with many guests, each file is rotated earlier. Lives on the log thread.
/// </summary>
sealed partial class LogSpace
{
    /// <summary>The suffix of a file that is being compressed. A file keeps it if the process was killed meanwhile.</summary>
    internal const string Part = ".gz.part";

    const long LeastOfFile = 64 * 1024;
    const long TidyMs = 60_000;

    readonly HashSet<string> open = [], known = [];
    readonly Dictionary<string, long> nextTidy = [];

    internal void Opened(string path)
    {
        open.Add(path);
        if (!Ours().IsMatch(Path.GetFileName(path)))
            known.Add(path); // its name comes from xapi
    }

    internal void Closed(string path) => open.Remove(path);

    /// <summary>How many bytes a file may have now; 0: without limit.</summary>
    internal long FileLimit(LogLimits limits)
    {
        if (limits.Total == 0)
            return limits.FileSize;
        long share = Math.Max(limits.Total / Math.Max(open.Count, 1), LeastOfFile);
        return limits.FileSize == 0 ? share : Math.Min(limits.FileSize, share);
    }

    /// <summary>Removes what exceeds the limit, but looks at a folder at most once a minute.</summary>
    internal void TidyAtTimes(string folder, LogLimits limits)
    {
        long now = Environment.TickCount64;
        if (nextTidy.TryGetValue(folder, out long next) && now < next)
            return;
        nextTidy[folder] = now + TidyMs;
        Tidy(folder, limits);
    }

    /// <summary>Removes what will exceed the limit when the open files have grown to their full size.</summary>
    /// <param name="reopens">A file that was just rotated, and is opened again next.</param>
    internal void Tidy(string folder, LogLimits limits, string? reopens = null)
    {
        if (limits.Total == 0)
            return;
        if (reopens is not null)
            open.Add(reopens);
        long most = limits.Total - open.Count * FileLimit(limits);
        // C xenconsoled makes names that are not UTF-8 for some guests. .NET says that such a file does not exist, so it is left alone.
        var dispensable = new DirectoryInfo(folder).GetFiles()
            .Where(file => file.Exists && file.LinkTarget is null && !open.Contains(file.FullName))
            .Where(file => Ours().IsMatch(file.Name) || known.Contains(Rotated().Replace(file.FullName, "")))
            .OrderBy(file => Rotated().IsMatch(file.Name) ? 0 : 1).ThenBy(file => file.LastWriteTimeUtc).ToList();
        long total = dispensable.Sum(file => file.Length);
        foreach (var file in dispensable.TakeWhile(_ => total > most))
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
    private static partial Regex Rotated();
}
