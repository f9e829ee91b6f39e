using XenDomains.Planning;

namespace XenDomains.Toolstack;

/// <summary>
/// The toolstack that starts and stops domains. Each command tells its fault as an outcome; a null limit waits as long as it takes.
/// </summary>
interface IToolstack
{
    /// <summary>The guests of this host: neither dom0 nor the store's own domain.</summary>
    /// <exception cref="ToolstackException">The toolstack does not work.</exception>
    Task<IReadOnlyList<Domain>> ListAsync();

    /// <summary>The same domains, with what serves their devices as far as that can be told.</summary>
    Task<IReadOnlyList<Domain>> WithDevicesAsync(IReadOnlyList<Domain> domains);

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

    Task<Outcome> CreateAsync(string name, string file, TimeSpan? within);

    Task<Outcome> RestoreAsync(string name, string image, TimeSpan? within);

    /// <summary>Writes a guest's image and ends its domain. A fault leaves the guest running.</summary>
    Task<Outcome> SaveAsync(Domain domain, string image, TimeSpan? within);

    /// <summary>Asks a guest to shut down: by the PV way, else by its ACPI button.</summary>
    Task<Outcome> ShutdownAsync(Domain domain, TimeSpan? within);

    Task<Outcome> MigrateAsync(Domain domain, IReadOnlyList<string> words, TimeSpan? within);

    Task<Outcome> SysRqAsync(Domain domain, char letter, TimeSpan? within);

    Task<Outcome> DestroyAsync(Domain domain, TimeSpan? within);

    /// <summary>Ends when a domain came or went since the call, or after a while.</summary>
    Task ChangedAsync(TimeSpan atMost);
}
