namespace XenStored.Clients.Transacting;

/// <summary>
/// The parts of a node that a transaction can depend on. Two transactions conflict only if one wrote a part that the other read.
/// </summary>
[Flags]
enum NodeParts : byte
{
    None = 0,
    /// <summary>Whether the node exists.</summary>
    Presence = 1,
    Value = 2,
    Permissions = 4,
    /// <summary>The names of the children, in order.</summary>
    Children = 8,
    /// <summary>The stamp that DIRECTORY_PART shows.</summary>
    Stamp = 16,
}
