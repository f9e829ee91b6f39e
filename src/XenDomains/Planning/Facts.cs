using XenDomains.Configuration;

namespace XenDomains.Planning;

/// <summary>A guest's configuration in the folder of those that start with the host.</summary>
/// <param name="File">Where it is.</param>
/// <param name="Name">Its name; null while it cannot be read.</param>
/// <param name="Fault">What is wrong with it, in xl's words; null if nothing is.</param>
sealed record GuestConfig(string File, string? Name, Annotations Annotations, string? Fault = null)
{
    /// <summary>What its comments for xendomains say that is not understood.</summary>
    internal IReadOnlyList<string> Remarks { get; init; } = [];

    /// <summary>Files of dom0 without which xl does not start it: what each is, and its path.</summary>
    internal IReadOnlyList<(string What, string Path)> Files { get; init; } = [];

    internal IReadOnlyList<GuestDisk> Disks { get; init; } = [];
    internal IReadOnlyList<string> Bridges { get; init; } = [];

    /// <summary>What it starts with, in MiB; 0: unknown.</summary>
    internal long Memory { get; init; }

    /// <summary>Names of the domains beside dom0 that serve its devices.</summary>
    internal IReadOnlyList<string> Backends { get; init; } = [];

    /// <summary>It has PCI devices of the host: it cannot be saved or migrated.</summary>
    internal bool HasPci { get; init; }

    /// <summary>pygrub reads its disk with all rights of root.</summary>
    internal bool TrustsPygrub { get; init; }
}

/// <summary>What a guest's disk stands on.</summary>
/// <param name="Target">The file or device.</param>
/// <param name="IsWritable">Whether the guest may change it.</param>
/// <param name="IsOfDom0">It is there in dom0 before the guest starts: neither another domain nor a script of its own makes it.</param>
sealed record GuestDisk(string Target, bool IsWritable, bool IsOfDom0 = true);

/// <summary>What a domain does now.</summary>
enum DomainState { Running, Paused, Suspended, ShutDown, Crashed, Dying }

/// <summary>A domain of this host that is a guest.</summary>
/// <param name="Memory">In MiB.</param>
sealed record Domain(int Id, string Name, string Uuid, DomainState State, long Memory)
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
    /// The guest that xl is receiving from another host into this domain, or has sent to one out of it; null: this is a guest. Until a migration is over, xl
    /// has its domains paused or suspended, under names of its own.
    /// </summary>
    internal string? Migrates =>
        State == DomainState.Paused && Name.EndsWith(Incoming, StringComparison.Ordinal) ? Name[..^Incoming.Length]
        : State == DomainState.Suspended && Name.EndsWith(Away, StringComparison.Ordinal) ? Name[..^Away.Length]
        : null;

    const string Incoming = "--incoming", Away = "--migratedaway"; // what xl adds to a name (xl_vmcontrol.c, xl_migrate.c)
}

/// <summary>Where an image stands on its way.</summary>
enum ImagePlace
{
    /// <summary>Being written, or left half by who wrote it.</summary>
    Saving,

    /// <summary>Whole, to be restored at the next start.</summary>
    Saved,

    /// <summary>A restore of it has begun, and its end is not known.</summary>
    Restoring,

    /// <summary>Could not be restored; its guest is not started over it.</summary>
    Failed,

    /// <summary>Its guest went on without it; kept for who wants to look.</summary>
    Stale,
}

/// <summary>Whether a guest's disks are as they were when its image was made.</summary>
enum DiskVerdict { Unchanged, Unknown, Changed }

/// <summary>An image of a guest in the save folder.</summary>
/// <param name="File">Where it is.</param>
/// <param name="Fault">Why it is no whole image; null if it is one.</param>
/// <param name="Disks">Whether the disks were used since.</param>
/// <param name="Changed">The disk that was.</param>
sealed record SavedImage(string Name, string File, ImagePlace Place, string? Fault, DiskVerdict Disks, string? Changed, DateTime At, long Bytes)
{
    /// <summary>Names of the domains beside dom0 that serve its guest's devices.</summary>
    internal IReadOnlyList<string> Backends { get; init; } = [];
}

/// <summary>All that a plan is made of: what is wanted, and what is there.</summary>
/// <param name="Left">Entries of the folder of configurations that are none.</param>
/// <param name="Rebooting">Names of guests whose xl waits for their end or starts them again: they run, whether or not a domain is there this moment.</param>
/// <param name="BeingSaved">Names of guests that an xl saves or restores now.</param>
sealed record Facts(
    DomainsConfig Config,
    IReadOnlyList<GuestConfig> Auto,
    IReadOnlyList<(string Path, string Why)> Left,
    IReadOnlyList<Domain> Domains,
    IReadOnlySet<string> Rebooting,
    IReadOnlySet<string> BeingSaved,
    IReadOnlyList<SavedImage> Images)
{
    /// <summary>
    /// The configuration that counts of each name, in the order of their files: of several the first without a fault, and the first where all have one.
    /// </summary>
    internal IReadOnlyList<GuestConfig> Guests =>
        [.. from config in Auto where config.Name is not null group config by config.Name into same select same.FirstOrDefault(config => config.Fault is null) ?? same.First()];

    /// <summary>The folder of configurations is not there or cannot be read: nobody knows which guests start with the host.</summary>
    internal bool IsAutoUnknown { get; init; }

    /// <summary>Who, beside xendomains, starts and stops the guests of this host; null: nobody.</summary>
    internal GuestOwner? Owner { get; init; }
}

/// <summary>Whether the host goes down: who is left running then is cut off.</summary>
enum HostEnd { Unknown, StaysUp, GoesDown }
