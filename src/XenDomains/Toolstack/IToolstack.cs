using XenDomains.Facts;

namespace XenDomains.Toolstack;

/// <summary>
/// The toolstack that starts and stops domains. Each command returns its fault in its outcome. A null limit means no limit.
/// </summary>
interface IToolstack
{
    /// <summary>The guests of this host, without dom0 and the store's own domain.</summary>
    /// <exception cref="ToolstackException">The toolstack does not work.</exception>
    Task<IReadOnlyList<XlDomain>> ListAsync();

    /// <summary>The same domains, with the domains that serve their devices, as far as known.</summary>
    Task<IReadOnlyList<XlDomain>> WithDevicesAsync(IReadOnlyList<XlDomain> domains);

    /// <summary>
    /// Names of guests whose xl waits for their end or starts them again, and of guests that an xl saves, migrates or restores now. The
    /// second set holds names or domain numbers.
    /// </summary>
    (IReadOnlySet<string> Watched, IReadOnlySet<string> BeingSaved) Monitors();

    /// <summary>Paths of the images from which the guests were restored that an xl watches.</summary>
    IReadOnlySet<string> RestoredFrom();

    /// <summary>The host's memory for more guests, in MiB; null if unknown.</summary>
    /// <exception cref="ToolstackException">The toolstack does not work.</exception>
    Task<long?> MemoryAsync();

    /// <summary>The meaning of a configuration to the toolstack.</summary>
    Task<(GuestSetup? Setup, string? Fault)> ReadAsync(string file);

    Task<ToolstackOutcome> CreateAsync(string name, string file, TimeSpan? within);

    Task<ToolstackOutcome> RestoreAsync(string name, string image, TimeSpan? within);

    /// <summary>Writes a guest's image and ends its domain. After a fault the guest still runs.</summary>
    Task<ToolstackOutcome> SaveAsync(XlDomain domain, string image, TimeSpan? within);

    /// <summary>Asks a guest to shut down: by the PV way, else by its ACPI button.</summary>
    Task<ToolstackOutcome> ShutdownAsync(XlDomain domain, TimeSpan? within);

    Task<ToolstackOutcome> MigrateAsync(XlDomain domain, IReadOnlyList<string> words, TimeSpan? within);

    Task<ToolstackOutcome> SysRqAsync(XlDomain domain, char letter, TimeSpan? within);

    Task<ToolstackOutcome> DestroyAsync(XlDomain domain, TimeSpan? within);

    /// <summary>Completes when a domain came or went since the call, or when the time is up.</summary>
    Task ChangedAsync(TimeSpan atMost);
}
