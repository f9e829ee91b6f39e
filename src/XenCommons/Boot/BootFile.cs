using XenCommons.Host;

namespace XenCommons.Boot;

/// <summary>A file that an entry certainly loads.</summary>
/// <param name="Path">The boot loader's path for it, within a file system.</param>
/// <param name="IsXen">It is the hypervisor.</param>
/// <param name="Volume">Files of one entry with the same text here are on one file system.</param>
sealed record BootFile(string Path, bool IsXen, string Volume)
{
    /// <summary>The file system that the entry itself was read from. This host has it.</summary>
    internal const string Beside = "beside the entry";

    /// <summary>A path that names no disk.</summary>
    internal const string Unnamed = "";

    /// <summary>Whether the host has the file; null if the path is unknown.</summary>
    internal bool? IsThere(HostFiles files) =>
        Path.Contains(GrubFacts.Unknown) ? null : GrubFacts.OnHost(files, Path) is not null;
}
