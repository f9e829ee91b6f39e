namespace XenCommons.Swap;

/// <summary>Whose program a xenstored is.</summary>
enum StoreKind
{
    /// <summary>None that this knows.</summary>
    Unknown,

    /// <summary>One of this suite.</summary>
    Ours,

    /// <summary>C xenstored, of Xen's own sources.</summary>
    C,

    /// <summary>oxenstored, of Xen's sources or of XAPI's.</summary>
    Oxenstored,
}
