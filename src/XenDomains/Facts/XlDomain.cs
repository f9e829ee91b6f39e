namespace XenDomains.Facts;

/// <summary>A domain of this host that is a guest.</summary>
/// <param name="Memory">In MiB.</param>
sealed record XlDomain(int Id, string Name, string Uuid, XlDomainState State, long Memory)
{
    /// <summary>Names of the guests that serve the domain's devices, as the toolstack noted when it made them.</summary>
    internal IReadOnlyList<string> Backends { get; init; } = [];

    /// <summary>The domain has PCI devices of the host, so it cannot be saved or migrated.</summary>
    internal bool HasPci { get; init; }

    /// <summary>Another toolstack (XAPI) made it. xl can ask it to shut down, but has no record for saving it.</summary>
    internal bool IsForeign { get; init; }

    /// <summary>Whether it is the device model of another guest, and so no guest itself; null: unknown.</summary>
    internal bool? IsDeviceModel { get; init; }

    /// <summary>
    /// The name of the guest that xl receives into this domain from another host, or has sent to another host; null: this is a guest. Until
    /// a migration is over, xl keeps its domains paused or suspended, under other names.
    /// </summary>
    internal string? Migrates =>
        State == XlDomainState.Paused && Name.EndsWith(Incoming, StringComparison.Ordinal) ? Name[..^Incoming.Length]
        : State == XlDomainState.Suspended && Name.EndsWith(Away, StringComparison.Ordinal) ? Name[..^Away.Length]
        : null;

    const string Incoming = "--incoming", Away = "--migratedaway"; // suffixes of xl (xl_vmcontrol.c, xl_migrate.c)
}
