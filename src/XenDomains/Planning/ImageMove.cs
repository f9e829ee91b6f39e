namespace XenDomains.Planning;

/// <summary>What happens to an image before its guest is dealt with.</summary>
enum ImageMove
{
    /// <summary>Its restore came to nothing before the guest ran: it waits for the next start again.</summary>
    Return,

    /// <summary>It is of no use, or no more, and is removed.</summary>
    Remove,

    /// <summary>It is put aside as one that could not be restored.</summary>
    Quarantine,

    /// <summary>It is put aside as one that its guest went on without.</summary>
    SetAside,
}
