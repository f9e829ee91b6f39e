namespace XenDomains.Facts;

/// <summary>A domain of this host that is a guest.</summary>
/// <param name="Memory">In MiB.</param>
sealed record XlDomain(int Id, string Name, string Uuid, XlDomainState State, long Memory)
{
    /// <summary>Names of the guests that serve its devices, as the toolstack noted when it made them.</summary>
    internal IReadOnlyList<string> Backends { get; init; } = [];

    /// <summary>It has PCI devices of the host: it cannot be saved or migrated.</summary>
    internal bool HasPci { get; init; }

    /// <summary>Another toolstack (XAPI) made it: xl can ask it to shut down, and has no record of it by which it could be saved.</summary>
    internal bool IsForeign { get; init; }

    /// <summary>Whether it is the device model of another guest, and so no guest; null: nobody could tell.</summary>
    internal bool? IsDeviceModel { get; init; }

    /// <summary>
    /// The guest that xl is receiving from another host into this domain, or has sent to one out of it; null: this is a guest. Until a
    /// migration is over, xl has its domains paused or suspended, under names of its own.
    /// </summary>
    internal string? Migrates =>
        State == XlDomainState.Paused && Name.EndsWith(Incoming, StringComparison.Ordinal) ? Name[..^Incoming.Length]
        : State == XlDomainState.Suspended && Name.EndsWith(Away, StringComparison.Ordinal) ? Name[..^Away.Length]
        : null;

    const string Incoming = "--incoming", Away = "--migratedaway"; // what xl adds to a name (xl_vmcontrol.c, xl_migrate.c)
}
