namespace XenDomains.Planning;

/// <summary>What a start does about a guest.</summary>
enum StartAction
{
    /// <summary>It runs already.</summary>
    Keep,
    Create,
    Restore,

    /// <summary>It is not started, for a reason that an administrator has to deal with.</summary>
    Blocked,
}
