namespace XenStored.Tree;

/// <summary>What a <see cref="Change"/> does to its node.</summary>
enum ChangeKind
{
    /// <summary>The node goes with all below it.</summary>
    Remove,
    /// <summary>The node is made, and each one above it that is missing.</summary>
    Create,
    /// <summary>The node gets another value.</summary>
    SetValue,
    /// <summary>The node gets other permissions.</summary>
    SetPermissions,
}
