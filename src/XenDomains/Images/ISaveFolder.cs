using XenDomains.Facts;
using XenDomains.Planning;

namespace XenDomains.Images;

/// <summary>Where images are, and their way from place to place; each method is over when the disk has it.</summary>
interface ISaveFolder
{
    /// <summary>All images, whatever their place.</summary>
    /// <param name="looksAtDisks">Whether guests' disks are compared; a stop need not, and a disk may be away.</param>
    IReadOnlyList<SavedImage> Images(bool looksAtDisks = true);

    /// <summary>An image as it is now: its disks may have come since. Null: it is gone.</summary>
    SavedImage? Again(SavedImage image);

    /// <summary>Where an image is to be written, and room for it; <see cref="End"/> gives the room back if there was enough.</summary>
    /// <param name="bytes">About how long it becomes.</param>
    /// <param name="refused">Why there is no room; null if there is.</param>
    string Begin(string name, long bytes, out string? refused);

    /// <summary>The writing is over, well or not.</summary>
    void End(string name);

    /// <summary>Makes what was written the guest's saved image; answers why it is none.</summary>
    string? Finish(string name);

    /// <summary>Removes what was written in vain.</summary>
    void Drop(string name);

    /// <summary>Takes an image for a restore; answers where it is then.</summary>
    string BeginRestore(SavedImage image);

    void Move(SavedImage image, ImageMove move);
}
