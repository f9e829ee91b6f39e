namespace XenCommons.Top.Readings;

/// <summary>All counters at one moment.</summary>
/// <param name="At">Monotonic milliseconds.</param>
/// <param name="Domains">By their ids.</param>
/// <param name="Clients">By the store's numbers of them.</param>
/// <param name="MoreClients">There are more, which were not asked for.</param>
sealed record TopReading(long At, StoreCounts Store, IReadOnlyDictionary<long, DomainCounts> Domains,
    IReadOnlyDictionary<long, ClientCounts> Clients, bool MoreClients = false);
