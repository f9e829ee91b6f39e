namespace XenStored.Clients.Limits;

/// <summary>
/// The limits of one domain: those of new domains at the moment when the store first met it, and those that were set since. A limit of its
/// own (SET_QUOTA with a domid) stays when the administrator sets the limit of all domains.
/// </summary>
sealed class DomainLimits(Quotas atStart)
{
    readonly int[] values = [.. Enumerable.Range(0, Quotas.Count).Select(quota => atStart[(Quota)quota])];
    int own; // a bit for each quota

    /// <summary>The quotas that have a limit of the domain's own, a bit for each.</summary>
    internal int Own => own;

    internal int this[Quota quota] => values[(int)quota];

    /// <summary>Gives the domain a limit of its own.</summary>
    internal void Set(Quota quota, int value)
    {
        values[(int)quota] = value;
        own |= 1 << (int)quota;
    }

    /// <summary>Takes the limits that another process had given the domain.</summary>
    internal void Restore(ReadOnlySpan<int> limits, int ownLimits)
    {
        limits.CopyTo(values);
        own = ownLimits;
    }

    /// <summary>Takes the limit of all domains, unless the domain has its own.</summary>
    internal void Follow(Quota quota, int value)
    {
        if ((own & 1 << (int)quota) == 0)
            values[(int)quota] = value;
    }
}
