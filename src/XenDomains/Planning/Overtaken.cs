using XenDomains.Facts;
using XenDomains.Planning.Steps;

namespace XenDomains.Planning;

/// <summary>
/// What happens to the images of a guest that runs. Its disks change, so no image may be restored any more. Only an image from which the
/// guest was restored is removed, and what never was an image. The others are kept as stale until an administrator removes them.
/// </summary>
static class Overtaken
{
    /// <summary>The moves of all images that are certainly the guest's.</summary>
    internal static IEnumerable<ImageStep> Moves(HostFacts facts, string guest) =>
        from image in facts.Images
        where image.IsOf(guest) && image.Place != ImagePlace.Stale
        select image switch
        {
            { IsHalf: true } => new ImageStep(image, ImageMove.Remove, "its save was given up, and the guest went on"),
            { Place: ImagePlace.Restoring } when facts.RestoredFrom.Contains(image.File) =>
                new(image, ImageMove.Remove, "its guest was restored from it"),
            { Place: ImagePlace.Restoring } =>
                new(image, ImageMove.SetAside, "its guest runs, and it is not known whether it was restored from it"),
            _ => new(image, ImageMove.SetAside, "its guest runs without it, and its disks change"),
        };
}
