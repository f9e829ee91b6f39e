namespace XenDomains.Facts;

/// <summary>The place of an image, which shows how far its save or restore is.</summary>
enum ImagePlace
{
    /// <summary>The image is being written, or its writer left it half written.</summary>
    Saving,

    /// <summary>The image is whole. The next start restores it.</summary>
    Saved,

    /// <summary>A restore of the image has begun, and its outcome is unknown.</summary>
    Restoring,

    /// <summary>The image could not be restored. Its guest is not started without it.</summary>
    Failed,

    /// <summary>The guest went on without the image, which is kept for inspection.</summary>
    Stale,
}
