using XenStored.Clients.Limits;

namespace XenStored.Clients;

/// <summary>The domains that the store knows: those that are introduced, own nodes, or are named in permissions.</summary>
sealed class Domains
{
    readonly Dictionary<ushort, Domain> known = [];
    readonly Quotas quotas;

    /// <summary>Begins with the host's own domains.</summary>
    /// <param name="quotas">The limits that a new record gets.</param>
    /// <param name="home">The domain that the daemon runs in.</param>
    /// <param name="privileged">The domain that may do everything.</param>
    internal Domains(Quotas quotas, ushort home, ushort privileged)
    {
        (this.quotas, Privileged) = (quotas, privileged);
        Home = FindOrAdd(home);
        FindOrAdd(privileged);
    }

    /// <summary>The domain that the daemon runs in. Clients on the socket belong to it.</summary>
    internal Domain Home { get; }

    /// <summary>The domain that may do everything.</summary>
    internal ushort Privileged { get; }

    /// <summary>The domains of which something changed, or which are forgotten, since the records were written.</summary>
    internal HashSet<Domain> Changed { get; } = [];

    internal IEnumerable<Domain> All => known.Values;

    internal int Count => known.Count;

    /// <summary>The maxima of domains that are gone.</summary>
    internal Account Past { get; } = new();

    /// <summary>Whether a domain has quotas. The host's own domains have none.</summary>
    internal bool HasQuotas(Domain domain) => !IsHosts(domain.Id);

    /// <summary>Whether this is the privileged domain, or the one that the daemon runs in.</summary>
    internal bool IsHosts(ushort domid) => domid == Privileged || domid == Home.Id;

    internal Domain? Find(ushort domid) => known.GetValueOrDefault(domid);

    /// <summary>The record of a domain. If there is none, it is made.</summary>
    internal Domain FindOrAdd(ushort domid)
    {
        if (!known.TryGetValue(domid, out var domain))
            known.Add(domid, domain = new(domid, quotas, Changed));
        return domain;
    }

    /// <summary>Adds to what a domain has; negative amounts subtract.</summary>
    internal void Charge(ushort domid, int nodes, long bytes)
    {
        var account = FindOrAdd(domid).Account;
        account.Nodes.Add(nodes);
        account.Memory.Add(bytes);
    }

    /// <summary>No domain has this one's permissions any more (SET_TARGET).</summary>
    internal void ClearTarget(Domain domain)
    {
        foreach (var other in known.Values)
            if (other.Target == domain)
                other.Target = null;
    }

    /// <summary>Sets a limit of all domains, present and future.</summary>
    internal void SetQuota(Quota quota, int value)
    {
        quotas[quota] = value;
        foreach (var domain in All)
        {
            domain.Limits.Follow(quota, value);
            domain.Changed();
        }
    }

    /// <summary>Drops the record of a domain that is gone. No other domain has it as target any more.</summary>
    internal void Forget(Domain domain)
    {
        known.Remove(domain.Id);
        domain.Changed();
        Past.SawAll(domain.Account);
    }
}
