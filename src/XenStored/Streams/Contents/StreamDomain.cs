namespace XenStored.Streams.Contents;

/// <summary>What a domain has of its own.</summary>
/// <param name="Domid">The domain.</param>
/// <param name="Features">The word of its page that says what the store can do; null if the stream does not say.</param>
/// <param name="Quotas">Its own quotas; may be empty.</param>
sealed record StreamDomain(ushort Domid, uint? Features, IReadOnlyList<StreamQuota> Quotas);
