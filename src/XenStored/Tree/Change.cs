using XenStored.Tree.Storage.Nodes;

namespace XenStored.Tree;

/// <summary>
/// One change of a tree that is decided but not made: the command has checked rights and arguments. It lies on the stack and allocates
/// nothing. It is valid until its walk is used again, or the bytes of its path, value or permissions are.
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

    /// <summary>Leads to the node that is to change. For a creation it leads to the deepest existing node above it.</summary>
    internal Walk Walk { get; }

    /// <summary>The node's absolute path.</summary>
    internal StorePath Path { get; }

    /// <summary>The value that the node gets. Empty if the change gives it none.</summary>
    internal ReadOnlySpan<byte> Value { get; private init; }

    /// <summary>The permissions that the node gets; for a creation, that each new node gets. Empty if the change gives none.</summary>
    internal ReadOnlySpan<Permission> Permissions { get; private init; }

    /// <summary>The names of the nodes that a creation makes, separated by slashes.</summary>
    internal ReadOnlySpan<byte> Missing => Walk.Missing(Path);

    internal static Change Remove(Walk walk, StorePath path) => new(ChangeKind.Remove, walk, path);

    /// <summary>Makes all missing nodes with these permissions, and the last one with this value.</summary>
    internal static Change Create(Walk walk, StorePath path, ReadOnlySpan<Permission> permissions, ReadOnlySpan<byte> value) =>
        new(ChangeKind.Create, walk, path) { Permissions = permissions, Value = value };

    internal static Change SetValue(Walk walk, StorePath path, ReadOnlySpan<byte> value) =>
        new(ChangeKind.SetValue, walk, path) { Value = value };

    internal static Change SetPermissions(Walk walk, StorePath path, ReadOnlySpan<Permission> permissions) =>
        new(ChangeKind.SetPermissions, walk, path) { Permissions = permissions };
}
