namespace XenDomains.Planning.Steps;

/// <summary>What happens to an image before the step of its guest.</summary>
enum ImageMove
{
    /// <summary>Its restore failed before the guest ran. The image waits for the next start again.</summary>
    Return,

    /// <summary>The image has no use and is removed.</summary>
    Remove,

    /// <summary>The image could not be restored and is quarantined.</summary>
    Quarantine,

    /// <summary>The guest went on without the image, which is kept as stale.</summary>
    SetAside,
}
