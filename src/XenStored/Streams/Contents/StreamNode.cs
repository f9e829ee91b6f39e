using XenStored.Tree.Storage.Nodes;

namespace XenStored.Streams.Contents;

/// <summary>
/// One node. The spans are valid only while a <see cref="NodeHandler"/> runs. A reader has not checked the characters of the path, nor
/// whether the node's parent is there.
/// </summary>
readonly ref struct StreamNode(ReadOnlySpan<byte> path, ReadOnlySpan<byte> value, ReadOnlySpan<Permission> permissions)
{
    /// <summary>The absolute path or the special name, without a NUL.</summary>
    internal ReadOnlySpan<byte> Path { get; } = path;

    internal ReadOnlySpan<byte> Value { get; } = value;

    /// <summary>The owner's entry first; never empty.</summary>
    internal ReadOnlySpan<Permission> Permissions { get; } = permissions;

    /// <summary>Whether it is none of the tree: <c>@introduceDomain</c>, <c>@releaseDomain</c>. Its value means nothing.</summary>
    internal bool IsSpecial => Path[0] == '@';
}
