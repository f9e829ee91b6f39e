using XenDomains.Facts;

namespace XenDomains.Toolstack;

/// <summary>
/// The toolstack that starts and stops domains. Each command tells its fault as an outcome; a null limit waits as long as it takes.
/// </summary>
interface IToolstack
{
    /// <summary>The guests of this host: neither dom0 nor the store's own domain.</summary>
    /// <exception cref="ToolstackException">The toolstack does not work.</exception>
    Task<IReadOnlyList<XlDomain>> ListAsync();

    /// <summary>The same domains, with what serves their devices as far as that can be told.</summary>
    Task<IReadOnlyList<XlDomain>> WithDevicesAsync(IReadOnlyList<XlDomain> domains);

    /// <summary>
    /// Names of guests whose xl waits for their end or starts them again, and of those that one saves, migrates or restores now: a name, or
    /// a domain's number.
    /// </summary>
    (IReadOnlySet<string> Watched, IReadOnlySet<string> BeingSaved) Monitors();

    /// <summary>What the host has of memory for more guests, in MiB; null if that cannot be told.</summary>
    /// <exception cref="ToolstackException">The toolstack does not work.</exception>
    Task<long?> MemoryAsync();

    /// <summary>What the toolstack understands a configuration to say.</summary>
    Task<(GuestSetup? Setup, string? Fault)> ReadAsync(string file);

    Task<ToolstackOutcome> CreateAsync(string name, string file, TimeSpan? within);

    Task<ToolstackOutcome> RestoreAsync(string name, string image, TimeSpan? within);

    /// <summary>Writes a guest's image and ends its domain. A fault leaves the guest running.</summary>
    Task<ToolstackOutcome> SaveAsync(XlDomain domain, string image, TimeSpan? within);

    /// <summary>Asks a guest to shut down: by the PV way, else by its ACPI button.</summary>
    Task<ToolstackOutcome> ShutdownAsync(XlDomain domain, TimeSpan? within);

    Task<ToolstackOutcome> MigrateAsync(XlDomain domain, IReadOnlyList<string> words, TimeSpan? within);

    Task<ToolstackOutcome> SysRqAsync(XlDomain domain, char letter, TimeSpan? within);

    Task<ToolstackOutcome> DestroyAsync(XlDomain domain, TimeSpan? within);

    /// <summary>Ends when a domain came or went since the call, or after a while.</summary>
    Task ChangedAsync(TimeSpan atMost);
}
