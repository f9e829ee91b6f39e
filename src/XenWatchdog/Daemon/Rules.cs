using XenWatchdog.Checks;
using XenWatchdog.Checks.OfLinux;
using XenWatchdog.Checks.OfXen;
using XenWatchdog.Evaluation;

namespace XenWatchdog.Daemon;

/// <summary>All checks, in the order of reports. A new check is one row here and one file beside it.</summary>
static class Rules
{
    internal const int DefaultFailures = 3;

    /// <summary>The name of the check that notices when results are not evaluated any more.</summary>
    internal const string Threads = "threads";

    /// <summary>The service of the store, which may be restarted if the store is ours.</summary>
    internal const string StoreService = "xenstored";

    /// <summary>The service of the console daemon.</summary>
    internal const string ConsoleService = "xenconsoled";

    internal static readonly IReadOnlyList<CheckRow> All =
    [
        new(new("store-socket", Tier.Host, "xenstored answers on its socket", Service: StoreService),
            context => new StoreSocketCheck(context.Inquire().Domains)),
        new(new("store-ring", Tier.Host, "xenstored answers the kernel", Service: StoreService), _ => new StoreRingCheck()),
        new(new("hypercall", Tier.Host, "the hypervisor answers"), context => new HypercallCheck(context.Inquire().Host)),
        new(new("fork", Tier.Host, "programs can be started", IsForGuests: true), _ => new ForkCheck()),
        new(new("root", Tier.Host, "the root file system can be written", Rounds: 6, IsForGuests: true),
            context => new RootCheck(context.StateFolder)),
        new(new(Threads, Tier.Host, "threads run when they should", IsForGuests: true),
            context => new ThreadsCheck(context.Kicker, context.Timeout, context.Announcer)),
        new(new("console", Tier.Service, "the console daemon answers", Service: ConsoleService), _ => new ConsoleCheck()),
        new(new("devices", Tier.Warning, "Xen's devices can be opened"), _ => new DevicesCheck()),
        new(new("grants", Tier.Warning, "no domain is near the end of its grant table", Rounds: 3),
            context => new GrantsCheck(context.Inquire())),
        new(new("memory", Tier.Warning, "the hypervisor has free memory", Rounds: 3),
            context => new MemoryCheck(context.Inquire().Host, context.LeastMemory)),
        new(new("zombies", Tier.Warning, "dead domains go away"), context => new ZombiesCheck(context.Inquire().Domains)),
        new(new("disks", Tier.Warning, "logs and images have room", Rounds: 6), _ => new DisksCheck()),
    ];

    /// <summary>The rule of this name; null if there is none.</summary>
    internal static CheckRule? Find(string name) => All.FirstOrDefault(row => row.Rule.Name == name)?.Rule;
}
