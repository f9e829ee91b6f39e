namespace XenWatchdog.Core;

/// <summary>All checks, in the order in which they are told.</summary>
static class Rules
{
    internal const int DefaultFailures = 3;

    internal static readonly CheckRule
        StoreSocket = new("store-socket", Tier.Host, "xenstored answers on its socket"),
        StoreRing = new("store-ring", Tier.Host, "xenstored answers the kernel"),
        Hypercall = new("hypercall", Tier.Host, "the hypervisor answers"),
        Fork = new("fork", Tier.Host, "programs can be started"),
        Root = new("root", Tier.Host, "the root file system can be written", Rounds: 6),
        Threads = new("threads", Tier.Host, "threads run when they should"),
        Console = new("console", Tier.Service, "the console daemon answers"),
        Devices = new("devices", Tier.Warning, "Xen's devices can be opened"),
        Grants = new("grants", Tier.Warning, "no domain is near the end of its grant table", Rounds: 3),
        Memory = new("memory", Tier.Warning, "the hypervisor has free memory", Rounds: 3),
        Zombies = new("zombies", Tier.Warning, "dead domains go away"),
        Disks = new("disks", Tier.Warning, "logs and images have room", Rounds: 6);

    internal static readonly IReadOnlyList<CheckRule> All = [StoreSocket, StoreRing, Hypercall, Fork, Root, Threads, Console, Devices, Grants, Memory, Zombies, Disks];

    /// <summary>Those that make sense in a domain that is not the host's own.</summary>
    internal static readonly IReadOnlyList<CheckRule> OfGuest = [Fork, Root, Threads];
}
