using XenDomains.Facts;
using XenDomains.Planning.Steps;

namespace XenDomains.Tests.Planning;

/// <summary>
/// The images of a <see cref="World"/>. The rule is that no image disappears, unless its guest was restored from it or an administrator
/// gave it up.
/// </summary>
/// <param name="rule">Gets what must hold, and the rule.</param>
/// <param name="runs">Whether a guest runs.</param>
/// <param name="isGivenUp">Whether an administrator gives up a guest's images.</param>
sealed class WorldImages(Action<bool, string> rule, Func<string, bool> runs, Func<string, bool> isGivenUp)
{
    internal sealed record Image(string Name, int DiskUses, bool IsWhole)
    {
        internal required ImagePlace Place { get; set; }
        internal required string File { get; set; }
        internal bool WasRestored { get; set; }
    }

    readonly List<Image> images = [];

    internal IReadOnlyList<Image> All => images;

    internal Image Of(string file)
    {
        var image = images.Find(image => image.File == file);
        rule(image is not null, $"there is no image {file}");
        return image!;
    }

    internal void Add(Image image)
    {
        rule(!images.Exists(one => one.File == image.File), $"{image.File} is written over");
        images.Add(image);
    }

    internal string Begin(string name)
    {
        Drop($"{ImagePlace.Saving}/{name}");
        return FreeName(ImagePlace.Saving, name);
    }

    internal string? Finish(string name, string file)
    {
        if (images.Find(image => image.File == $"{ImagePlace.Saved}/{name}") is { } older)
            Put(older, ImagePlace.Stale);
        Put(Of(file), ImagePlace.Saved);
        return null;
    }

    internal bool Drop(string file)
    {
        if (images.Find(image => image.File == file) is not { } left)
            return false;
        if (left.IsWhole)
            Put(left, ImagePlace.Stale);
        else
            Remove(left);
        return true;
    }

    internal string BeginRestore(string file)
    {
        var image = Of(file);
        if (image.Place != ImagePlace.Restoring)
            Put(image, ImagePlace.Restoring);
        return image.File;
    }

    internal bool Move(string file, ImageMove move)
    {
        var image = Of(file);
        switch (move)
        {
            case ImageMove.Quarantine: Put(image, ImagePlace.Failed); break;
            case ImageMove.Return: Put(image, ImagePlace.Saved); break;
            case ImageMove.SetAside:
                rule(runs(image.Name), $"the image of {image.Name} is set aside although it does not run");
                Put(image, ImagePlace.Stale);
                break;
            default: Remove(image); break;
        }
        return true;
    }

    void Remove(Image image)
    {
        rule(!image.IsWhole || image.WasRestored || isGivenUp(image.Name),
            $"the image of {image.Name} is removed, but its guest was not restored from it, and nobody gave it up");
        images.Remove(image);
    }

    void Put(Image image, ImagePlace to) => (image.File, image.Place) = (FreeName(to, image.Name), to);

    string FreeName(ImagePlace place, string name) => Enumerable.Range(0, int.MaxValue)
        .Select(number => number == 0 ? $"{place}/{name}" : $"{place}/{name}%.{number}")
        .First(free => !images.Exists(image => image.File == free));
}
