using Xen.Protocol.Wire;
using XenStored.Clients;
using XenStored.Commands;
using XenStored.Tree;

namespace XenStored.Connections;

/// <summary>
/// Finds the paths that the requests of one domain name most often, while somebody asks. Otherwise a request costs one look at a field.
/// What a guest sends can make nothing grow: there are as many places as <see cref="Places"/>, and a new path takes the place of the one
/// that was seen least. The more requests come, the fewer of them are looked at.
/// </summary>
sealed class PathSamples
{
    /// <summary>Paths that are remembered.</summary>
    internal const int Places = 64;

    /// <summary>Bytes of a path that are remembered. Longer ones that begin alike count as one.</summary>
    internal const int LongestPath = 160;

    /// <summary>Sampling goes on for so many milliseconds after somebody has asked.</summary>
    internal const int LastsMs = 10_000;

    const int SamplesAtPace = 1000; // then every second sample is left out

    readonly List<PathCount> counts = new(Places);
    readonly byte[] buffer = new byte[StorePath.BufferSize];
    Domain? sampled;
    long until, taken;
    int pace, left; // one request of so many is looked at; so many are not looked at before the next
    uint random = 1;

    /// <summary>Whether a request has to be shown to <see cref="See"/>.</summary>
    internal bool AreTaken => sampled is not null;

    /// <summary>The domain; null if none is sampled.</summary>
    internal Domain? Sampled => sampled;

    /// <summary>When it began, in monotonic milliseconds.</summary>
    internal long Since { get; private set; }

    /// <summary>Requests that name a path since then.</summary>
    internal long Requests { get; private set; }

    /// <summary>What was seen, the most frequent path first.</summary>
    internal IEnumerable<PathCount> Counts => counts.OrderByDescending(count => count.Sure);

    /// <summary>Begins to sample a domain, or goes on. False: another one is sampled.</summary>
    /// <param name="now">Monotonic milliseconds.</param>
    internal bool TryBegin(Domain domain, long now)
    {
        if (sampled is not null && now >= until)
            End();
        if (sampled is not null && sampled != domain)
            return false;
        if (sampled is null)
            (sampled, Since, pace) = (domain, now, 1);
        until = now + LastsMs;
        return true;
    }

    /// <summary>A request is about to be served.</summary>
    internal void See(Domain domain, MessageType type, ReadOnlySpan<byte> payload, long now)
    {
        if (now >= until)
            End();
        if (domain != sampled || CommandTable.Find(type) is not { } command || !(command.IsOfNodes || command.IsOfWatches))
            return;
        Requests++;
        if (left > 0)
        {
            left--;
            return;
        }
        var path = PathOf(domain, payload);
        Count(path[..Math.Min(path.Length, LongestPath)], path.Length > LongestPath, command.IsWrite);
        if (++taken % SamplesAtPace == 0 && pace < 1 << 20)
            pace *= 2;
        left = Gap();
    }

    // The number of requests that are passed over: a random one, which is one less than the pace on average. With a fixed number, a client
    // that repeats as many requests would always be seen at the same one.
    int Gap()
    {
        random = random * 1664525 + 1013904223;
        return (int)((random >> 8) % (uint)(2 * pace - 1));
    }

    ReadOnlySpan<byte> PathOf(Domain domain, ReadOnlySpan<byte> payload) =>
        payload.IndexOf((byte)0) is >= 0 and var end && StorePath.TryParse(payload[..end], domain.Id, buffer, out var path)
            ? path.Bytes
            : []; // a text that is no path

    // The one that gives way leaves its count to the next, which may have been seen as often before: so none that is frequent is lost.
    void Count(ReadOnlySpan<byte> path, bool isCut, bool isWrite)
    {
        PathCount? least = null;
        foreach (var count in counts)
        {
            if (count.IsCut == isCut && path.SequenceEqual(count.Path))
            {
                count.Add(pace, isWrite);
                return;
            }
            least = least is null || count.Total < least.Total ? count : least;
        }
        bool isFull = counts.Count == Places;
        if (isFull)
            counts.Remove(least!);
        var added = new PathCount(path.ToArray(), isCut, unsure: isFull ? least!.Total : 0);
        added.Add(pace, isWrite);
        counts.Add(added);
    }

    void End()
    {
        sampled = null;
        counts.Clear();
        (Requests, taken, left) = (0, 0, 0);
    }
}
