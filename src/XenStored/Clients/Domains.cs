namespace XenStored.Clients;

/// <summary>The domains that the store knows: those introduced, and those that own nodes or are named in permissions.</summary>
/// <param name="quotas">The limits that a new record gets.</param>
/// <param name="home">The domain that the daemon runs in.</param>
/// <param name="privileged">The domain that may do everything.</param>
sealed class Domains(Quotas quotas, ushort home, ushort privileged)
{
    readonly Dictionary<ushort, Domain> known = [];

    internal IEnumerable<Domain> All => known.Values;

    internal int Count => known.Count;

    /// <summary>The most that domains had which are gone.</summary>
    internal Account Past { get; } = new();

    /// <summary>Quotas are for it; the host's own domains have none.</summary>
    internal bool IsLimited(Domain domain) => !IsHosts(domain.Id);

    /// <summary>The privileged domain, or the one that the daemon runs in.</summary>
    internal bool IsHosts(ushort domid) => domid == privileged || domid == home;

    internal Domain? Find(ushort domid) => known.GetValueOrDefault(domid);

    /// <summary>The record of a domain, made if need be.</summary>
    internal Domain Known(ushort domid)
    {
        if (!known.TryGetValue(domid, out var domain))
            known.Add(domid, domain = new(domid, quotas));
        return domain;
    }

    /// <summary>Adds to, or takes from, what a domain has.</summary>
    internal void Charge(ushort domid, int nodes, long bytes)
    {
        var account = Known(domid).Account;
        account.Nodes.Add(nodes);
        account.Memory.Add(bytes);
    }

    /// <summary>Drops the record of a domain that is gone; nobody has it as target any more.</summary>
    internal void Forget(Domain domain)
    {
        foreach (var other in known.Values)
            if (other.Target == domain)
                other.Target = null;
        known.Remove(domain.Id);
        Past.SawAll(domain.Account);
    }
}
