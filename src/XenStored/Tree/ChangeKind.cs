namespace XenStored.Tree;

/// <summary>What a <see cref="Change"/> does to its node.</summary>
enum ChangeKind
{
    /// <summary>The node and all below it are removed.</summary>
    Remove,
    /// <summary>The node and the missing nodes above it are made.</summary>
    Create,
    /// <summary>The node gets another value.</summary>
    SetValue,
    /// <summary>The node gets other permissions.</summary>
    SetPermissions,
}
