using XenDomains.Configuration;

namespace XenDomains.Facts;

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
