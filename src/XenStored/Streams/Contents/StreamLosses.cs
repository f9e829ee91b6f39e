namespace XenStored.Streams.Contents;

/// <summary>What the next process does not learn from a stream, or fails on.</summary>
/// <param name="Depths">Watches whose depth the version cannot say: their clients get events of deeper nodes.</param>
/// <param name="Features">Domains whose features the version cannot say.</param>
/// <param name="Strangers">
/// Nodes that are owned by a domain which has no ring in the stream and is not dom0, as those of a guest that is just being built. C
/// xenstored (seen with 4.17 and 4.20) ends when it reads one, with "write node error restoring node", and all is lost.
/// </param>
sealed record StreamLosses(long Depths, long Features, long Strangers)
{
    /// <summary>The same for the log; empty if there is nothing.</summary>
    internal IEnumerable<string> Sentences
    {
        get
        {
            if (Depths > 0)
                yield return $"Watches with a depth that is not handed over: {Depths}. Their clients get events of deeper nodes.";
            if (Features > 0)
                yield return $"Domains with features that are not handed over: {Features}.";
            if (Strangers > 0)
                yield return $"Nodes of owners that are not introduced: {Strangers}. C xenstored ends when it reads one.";
        }
    }
}
