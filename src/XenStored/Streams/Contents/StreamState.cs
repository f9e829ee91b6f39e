namespace XenStored.Streams.Contents;

/// <summary>
/// What a store's process hands to the process that goes on after it, in a live update. The nodes are not here, because there may be
/// millions: a reader gives them to a <see cref="NodeHandler"/>, and a writer takes them from one who calls such a handler.
/// Descriptors are numbers of the process that wrote the stream; the next one has them too, because it is the same process after an exec.
/// </summary>
sealed class StreamState
{
    /// <summary>Most sentences that <see cref="Remarks"/> takes, so that a damaged stream cannot fill the memory with them.</summary>
    internal const int MostRemarks = 100;

    readonly List<string> remarks = [];

    /// <summary>The descriptor of the listening socket; null if there is none.</summary>
    internal int? Listener { get; set; }

    /// <summary>The descriptor of the event channels' device; null if there is none.</summary>
    internal int? EventChannels { get; set; }

    /// <summary>The local port that is bound to VIRQ_DOM_EXC. Only oxenstored's dump has it.</summary>
    internal uint? DomainEventPort { get; set; }

    /// <summary>All connections, each with its own number.</summary>
    internal List<StreamConnection> Connections { get; } = [];

    /// <summary>Quotas that each domain has if it has none of its own.</summary>
    internal List<StreamQuota> DomainQuotas { get; } = [];

    /// <summary>Quotas of the whole store.</summary>
    internal List<StreamQuota> GlobalQuotas { get; } = [];

    /// <summary>Domains with features or quotas of their own; not all domains that there are.</summary>
    internal List<StreamDomain> Domains { get; } = [];

    /// <summary>What a reader left out, as sentences for the log. The last one counts those for which there was no room.</summary>
    internal IReadOnlyList<string> Remarks => Unsaid == 0 ? remarks : [.. remarks, $"{Unsaid} further remarks are not shown."];

    /// <summary>The number of remarks for which there was no room.</summary>
    internal long Unsaid { get; private set; }

    /// <summary>Adds a sentence to <see cref="Remarks"/>.</summary>
    internal void Remark(string sentence)
    {
        if (remarks.Count < MostRemarks)
            remarks.Add(sentence);
        else
            Unsaid++;
    }
}
