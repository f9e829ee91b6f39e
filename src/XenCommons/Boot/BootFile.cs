using XenCommons.Host;

namespace XenCommons.Boot;

/// <summary>A file that an entry loads for certain.</summary>
/// <param name="Path">As the boot loader names it, within a file system.</param>
/// <param name="IsXen">It is the hypervisor.</param>
/// <param name="Volume">Files of one entry with the same text here lie on one file system.</param>
sealed record BootFile(string Path, bool IsXen, string Volume)
{
    /// <summary>The file system that the entry itself was read from, so that this host has it.</summary>
    internal const string Beside = "beside the entry";

    /// <summary>What an entry names without a disk.</summary>
    internal const string Unnamed = "";

    /// <summary>Whether the host has it; null if the path is not known.</summary>
    internal bool? IsThere(HostFiles files) =>
        Path.Contains(GrubFacts.Unknown) ? null : GrubFacts.OnHost(files, Path) is not null;
}
