using System.Diagnostics;
using Xen.Linux.Files;
using XenDomains.Planning;

namespace XenDomains.Results;

/// <summary>
/// Keeps the result of each guest's operation, and passes everything on. A guest for which nothing had to be done has no result: what
/// was done with it before is still the last.
/// </summary>
/// <param name="operation">start, stop or save.</param>
sealed class ResultReport(IReport next, string operation, GuestResults results) : IReport
{
    readonly Lock gate = new();
    readonly Dictionary<string, long> began = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public void Tell(string guest, Stage stage, string text)
    {
        next.Tell(guest, stage, text);
        lock (gate)
            if (stage == Stage.Working)
                began.TryAdd(guest, Stopwatch.GetTimestamp());
            else if (stage == Stage.Failed || stage == Stage.Done && began.ContainsKey(guest))
                Keep(guest, stage == Stage.Done);
    }

    void Keep(string guest, bool wentWell)
    {
        double seconds = began.Remove(guest, out long since) ? Stopwatch.GetElapsedTime(since).TotalSeconds : 0;
        // It is for monitoring only: a full /run is no reason to leave a guest as it is. The next result writes this one, too.
        _ = FileFault.Of(() => results.Add(new(guest, operation, wentWell, DateTimeOffset.UtcNow.ToUnixTimeSeconds(), seconds)));
    }
}
