namespace XenDomains.Facts;

/// <summary>Where an image stands on its way.</summary>
enum ImagePlace
{
    /// <summary>Being written, or left half by who wrote it.</summary>
    Saving,

    /// <summary>Whole, to be restored at the next start.</summary>
    Saved,

    /// <summary>A restore of it has begun, and its end is not known.</summary>
    Restoring,

    /// <summary>Could not be restored; its guest is not started over it.</summary>
    Failed,

    /// <summary>Its guest went on without it; kept for who wants to look.</summary>
    Stale,
}
