using XenDomains.Configuration;

namespace XenDomains.Facts;

/// <summary>A guest's configuration in the folder of guests that start with the host.</summary>
/// <param name="File">The path of the configuration.</param>
/// <param name="Name">The guest's name; null while the configuration cannot be read.</param>
/// <param name="Fault">The fault of the configuration, in xl's words; null if there is none.</param>
sealed record GuestConfig(string File, string? Name, Annotations Annotations, string? Fault = null)
{
    /// <summary>Words in the comments for xendomains that are not understood.</summary>
    internal IReadOnlyList<string> Remarks { get; init; } = [];

    /// <summary>Files of dom0 that xl needs to start the guest: what each is, and its path.</summary>
    internal IReadOnlyList<(string What, string Path)> Files { get; init; } = [];

    internal IReadOnlyList<GuestDisk> Disks { get; init; } = [];
    internal IReadOnlyList<string> Bridges { get; init; } = [];

    /// <summary>The memory that the guest starts with, in MiB; 0: unknown.</summary>
    internal long Memory { get; init; }

    /// <summary>Names of the domains except dom0 that serve the guest's devices.</summary>
    internal IReadOnlyList<string> Backends { get; init; } = [];

    /// <summary>The guest has PCI devices of the host, so it cannot be saved or migrated.</summary>
    internal bool HasPci { get; init; }

    /// <summary>pygrub reads the guest's disk with all rights of root.</summary>
    internal bool TrustsPygrub { get; init; }
}
