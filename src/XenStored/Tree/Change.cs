using XenStored.Tree.Storage;

namespace XenStored.Tree;

/// <summary>
/// One change of a tree, decided but not yet made: the command has checked rights and arguments. It lives on the stack and allocates
/// nothing. It is valid until its walk goes elsewhere, or the bytes of its path, value or permissions are used again.
/// </summary>
readonly ref struct Change
{
    Change(ChangeKind kind, Walk walk, StorePath path)
    {
        Kind = kind;
        Walk = walk;
        Path = path;
    }

    internal ChangeKind Kind { get; }

    /// <summary>Leads to the node in the tree that is to change; for a creation, to the deepest node above it that exists.</summary>
    internal Walk Walk { get; }

    /// <summary>The node's absolute path.</summary>
    internal StorePath Path { get; }

    /// <summary>The value that the node gets. Empty if the change gives it none.</summary>
    internal ReadOnlySpan<byte> Value { get; private init; }

    /// <summary>The permissions that the node, or each node that is made, gets. Empty if the change gives it none.</summary>
    internal ReadOnlySpan<Permission> Permissions { get; private init; }

    /// <summary>The names of the nodes that a creation makes, divided by slashes.</summary>
    internal ReadOnlySpan<byte> Missing => Walk.Missing(Path);

    internal static Change Remove(Walk walk, StorePath path) => new(ChangeKind.Remove, walk, path);

    /// <summary>All nodes that are missing get the permissions; the last one gets the value.</summary>
    internal static Change Create(Walk walk, StorePath path, ReadOnlySpan<Permission> permissions, ReadOnlySpan<byte> value) =>
        new(ChangeKind.Create, walk, path) { Permissions = permissions, Value = value };

    internal static Change SetValue(Walk walk, StorePath path, ReadOnlySpan<byte> value) =>
        new(ChangeKind.SetValue, walk, path) { Value = value };

    internal static Change SetPermissions(Walk walk, StorePath path, ReadOnlySpan<Permission> permissions) =>
        new(ChangeKind.SetPermissions, walk, path) { Permissions = permissions };
}
