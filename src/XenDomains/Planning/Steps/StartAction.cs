namespace XenDomains.Planning.Steps;

/// <summary>What a start does about a guest.</summary>
enum StartAction
{
    /// <summary>The guest runs already.</summary>
    Keep,
    Create,
    Restore,

    /// <summary>The guest is not started. An administrator has to remove the reason.</summary>
    Blocked,
}
