using XenDomains.Facts;
using XenDomains.Planning.Steps;

namespace XenDomains.Images;

/// <summary>The images and their places. Each method returns when its change is on the disk. No image takes the file of another.</summary>
interface ISaveFolder
{
    /// <summary>All images, whatever their place.</summary>
    /// <param name="looksAtDisks">Whether guests' disks are compared. A stop does not need that, and a disk may be away.</param>
    IReadOnlyList<SavedImage> Images(bool looksAtDisks = true);

    /// <summary>An image as it is now: its disks may have come since. Null: the image is gone.</summary>
    SavedImage? Again(SavedImage image);

    /// <summary>
    /// The path for a new image, with space reserved for it. There is no file. <see cref="End"/> frees the reservation.
    /// </summary>
    /// <param name="bytes">The expected length.</param>
    /// <param name="refused">Why there is not enough space; null if there is.</param>
    string Begin(string name, long bytes, out string? refused);

    /// <summary>Ends the writing, whether it went well or not.</summary>
    void End(string file);

    /// <summary>Makes the written file the guest's saved image. Returns why that is not possible; null if it is done.</summary>
    string? Finish(string name, string file);

    /// <summary>Removes what a given-up save has written. A whole image is set aside.</summary>
    void Drop(string file);

    /// <summary>Takes an image for a restore, and returns its new path.</summary>
    string BeginRestore(SavedImage image);

    /// <summary>Gives an image its next place. Only <see cref="ImageMove.Remove"/> removes it.</summary>
    void Move(SavedImage image, ImageMove move);
}
