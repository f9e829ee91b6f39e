using Xen.Protocol.Wire;
using XenStored.Commands;

namespace XenStored.Connections;

/// <summary>The counts of the daemon since its start, for the status.</summary>
sealed class Totals
{
    const int Others = CommandTable.Types; // types that the protocol does not have are counted together

    readonly long[] byType = new long[Others + 1];

    internal long Iterations, Requests, Errors, Again;

    /// <summary>Milliseconds for which guests were not read because they wrote too much; each wait is added at its end.</summary>
    internal long Throttled;

    /// <summary>The longest iteration: from its first request to the last byte that it sent. Its waits for clients are not in it.</summary>
    internal TimeSpan Longest { get; private set; }

    /// <summary>All is sent. What follows may wait.</summary>
    /// <param name="began">Monotonic milliseconds. The loop has read the clock once already, and each reading costs every request.</param>
    internal void EndIteration(long began)
    {
        Iterations++;
        var took = TimeSpan.FromMilliseconds(Environment.TickCount64 - began);
        if (took > Longest)
            Longest = took;
    }

    /// <summary>Counts a request, before it is served.</summary>
    internal void Count(MessageType type)
    {
        Requests++;
        byType[Math.Min((uint)type, Others)]++;
    }

    /// <summary>The types of which there were requests, with their numbers. All that are no requests come last, as Invalid.</summary>
    internal IEnumerable<(MessageType Type, long Count)> ByType =>
        from entry in byType.Index()
        where entry.Item > 0
        select (entry.Index == Others ? MessageType.Invalid : (MessageType)entry.Index, entry.Item);
}
