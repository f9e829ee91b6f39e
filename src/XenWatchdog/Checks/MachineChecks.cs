using Xen.Hypervisor;
using Xen.Posix;
using XenWatchdog.Core;
using IHost = Xen.Hypervisor.IHost;

namespace XenWatchdog.Checks;

/// <summary>The hypervisor answers, whatever it is.</summary>
sealed class HypercallCheck(IHost host) : ICheck
{
    public CheckRule Rule => Rules.Hypercall;

    // Whatever it answers, it answers: a guest's kernel is refused, and lives.
    public string? Look()
    {
        _ = host.Physical(out _);
        return null;
    }
}

/// <summary>
/// No domain is near the end of its grant table: a guest whose table is full stands still without a word, usually when a disk or network is added.
/// </summary>
sealed class GrantsCheck(IDomains domains, IHost host) : ICheck
{
    const int MostTold = 5;

    readonly List<DomainInfo> all = [];

    public CheckRule Rule => Rules.Grants;

    public string? Look()
    {
        if (domains.List(all) is < 0 and var errno)
            return new PosixException("list domains", -errno).Message;
        var full = new List<string>();
        foreach (var domain in all)
            if (host.GrantTable(domain.Domid, out var size) == 0 && size.IsUsedTo(GrantTableSize.WarnPercent))
                full.Add($"domain {domain.Domid} uses {size.Frames} of {size.MostFrames} grant frames");
        return full.Count == 0 ? null : string.Join(", ", full.Take(MostTold)) + (full.Count > MostTold ? $" and {full.Count - MostTold} more" : "")
            + "; more are given by max_grant_frames in a guest's configuration, or gnttab_max_frames= of the hypervisor";
    }
}

/// <summary>The hypervisor itself has memory for what guests make it keep.</summary>
/// <param name="leastMiB">Below this is too little.</param>
sealed class MemoryCheck(IHost host, int leastMiB) : ICheck
{
    public CheckRule Rule => Rules.Memory;

    public string? Look()
    {
        if (host.Physical(out var info) is < 0 and var errno)
            return new PosixException("ask the hypervisor for its memory", -errno).Message;
        ulong free = info.FreePages + info.ScrubPages;
        return free >> 8 >= (ulong)leastMiB ? null : $"{free >> 8} MiB are free";
    }
}

/// <summary>A domain that was destroyed goes away; one that stays is held by whoever still maps its memory.</summary>
sealed class ZombiesCheck(IDomains domains) : ICheck
{
    const int MostTold = 5;
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    readonly List<DomainInfo> all = [];
    readonly Dictionary<ushort, long> since = [];

    public CheckRule Rule => Rules.Zombies;

    public string? Look()
    {
        if (domains.List(all) is < 0 and var errno)
            return new PosixException("list domains", -errno).Message;
        var dying = all.Where(domain => (domain.State & DomainState.Dying) != 0).Select(domain => domain.Domid).ToHashSet();
        foreach (ushort gone in since.Keys.Where(domid => !dying.Contains(domid)).ToList())
            since.Remove(gone);
        foreach (ushort domid in dying)
            since.TryAdd(domid, Environment.TickCount64);
        var stay = since.Where(domain => Environment.TickCount64 - domain.Value > Patience.TotalMilliseconds).Select(domain => domain.Key).Order().ToList();
        return stay.Count == 0 ? null : $"domain{(stay.Count == 1 ? "" : "s")} {string.Join(", ", stay.Take(MostTold))}{(stay.Count > MostTold ? $" and {stay.Count - MostTold} more" : "")} died more than {Patience.TotalSeconds:0} s ago and is still there: some process or backend holds its memory";
    }
}

/// <summary>The timer's own thread woke when it should, and the one that weighs results has not stopped.</summary>
sealed class ThreadsCheck(Func<string?> look) : ICheck
{
    public CheckRule Rule => Rules.Threads;

    public string? Look() => look();
}
