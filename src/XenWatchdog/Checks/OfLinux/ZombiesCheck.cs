using Xen.Hypervisor;
using Xen.Hypervisor.Answers;
using Xen.Linux;

namespace XenWatchdog.Checks.OfLinux;

/// <summary>Destroyed domains disappear. A domain that stays is held by somebody who still maps its memory.</summary>
sealed class ZombiesCheck(IDomains domains) : ICheck
{
    const int MostTold = 5;
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    readonly List<DomainInfo> all = [];
    readonly Dictionary<ushort, long> since = [];

    public string? Look()
    {
        if (domains.List(all) is < 0 and var errno)
            return new PosixException("list domains", -errno).Message;
        var dying = all.Where(domain => (domain.State & DomainState.Dying) != 0).Select(domain => domain.Domid).ToHashSet();
        foreach (ushort gone in since.Keys.Where(domid => !dying.Contains(domid)).ToList())
            since.Remove(gone);
        foreach (ushort domid in dying)
            since.TryAdd(domid, Environment.TickCount64);
        var stay = since.Where(domain => Environment.TickCount64 - domain.Value > Patience.TotalMilliseconds).Select(domain => domain.Key)
            .Order().ToList();
        string more = stay.Count > MostTold ? $" and {stay.Count - MostTold} more" : "";
        return stay.Count == 0 ? null
            : $"domain{(stay.Count == 1 ? "" : "s")} {string.Join(", ", stay.Take(MostTold))}{more} died"
            + $" more than {Patience.TotalSeconds:0} s ago and is still there: some process or backend holds its memory";
    }
}
