using XenStored.Tree;

namespace XenStored.Clients;

/// <summary>A user whose processes are clients of the read-only socket, and what all of them have together.</summary>
/// <param name="domain">Has the accounts. No permission names its id, so a reader has the rights of a guest that nobody knows.</param>
/// <param name="paths">What readers may read beside that.</param>
sealed class Reader(uint uid, Domain domain, PathPatterns paths)
{
    internal uint Uid => uid;
    internal Domain Domain => domain;

    /// <summary>The number of its clients.</summary>
    internal int Sessions { get; set; }

    /// <summary>Whether an administrator opens the node to readers.</summary>
    internal bool Sees(ReadOnlySpan<byte> path) => paths.Has(path);
}
