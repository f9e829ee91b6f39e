using Xen.Linux.Files;
using XenDomains.Facts;
using XenDomains.Planning.Steps;

namespace XenDomains.Images;

/// <summary>
/// The folder of images. A file in it is a whole saved image, as in upstream's script. Images in other places are in a hidden folder below
/// it, in one folder for each <see cref="ImagePlace"/>. So a change of place is one rename, and each rename is on the disk before the next
/// step. A rename never replaces a file: an image whose name is taken gets the next free name (<see cref="ImageNames"/>).
/// </summary>
sealed class SaveFolder(string path) : ISaveFolder
{
    const string Hidden = ".xendomains";

    readonly Lock gate = new();
    readonly Dictionary<string, long> promised = new(StringComparer.Ordinal);
    readonly DiskMarks marks = new(Path.Combine(path, Hidden, "disks"));

    /// <inheritdoc/>
    public IReadOnlyList<SavedImage> Images(bool looksAtDisks = true)
    {
        if (!Directory.Exists(path))
            return [];
        var images = new List<SavedImage>();
        foreach (var place in Enum.GetValues<ImagePlace>())
            if (Directory.Exists(FolderOf(place)))
                foreach (string file in Directory.EnumerateFiles(FolderOf(place)).Order(StringComparer.Ordinal))
                    if (Look(file, place, looksAtDisks) is { } image)
                        images.Add(image);
        return images;
    }

    /// <inheritdoc/>
    public string Begin(string name, long bytes, out string? refused)
    {
        Make(ImagePlace.Saving);
        string fileName = ImageNames.Of(name);
        Drop(Path.Combine(FolderOf(ImagePlace.Saving), fileName)); // what an earlier save has left
        string file = Path.Combine(FolderOf(ImagePlace.Saving), Enumerable.Range(0, int.MaxValue)
            .Select(number => ImageNames.Numbered(fileName, number)).First(free => !IsUsed(free)));
        lock (gate)
        {
            // The space for the rest of images that others still write is not free.
            long free = new DriveInfo(path).AvailableFreeSpace - promised.Sum(other => Math.Max(0, other.Value - Length(other.Key)));
            refused = free < bytes ? $"{path} has room for {Math.Max(0, free) >> 20} MiB, and its image takes about {bytes >> 20} MiB"
                : null;
            if (refused is null)
                promised[file] = bytes;
        }
        return file;
    }

    /// <inheritdoc/>
    public void End(string file)
    {
        lock (gate)
            promised.Remove(file);
    }

    /// <inheritdoc/>
    public string? Finish(string name, string file)
    {
        var image = Read(file);
        if (image.Fault is not null)
            return image.Fault;
        Folder.Sync(file);
        // An older image that could not be moved away before. Under its name may also be the image of another guest: that one stays.
        string older = Path.Combine(path, ImageNames.Of(name));
        if (Look(older, ImagePlace.Saved, looksAtDisks: false) is { } known && known.IsOf(name))
            Put(older, ImagePlace.Stale, ImageNames.Of(name));
        marks.Write(Path.GetFileName(file), DiskUse.Describe(image.Guest?.Disks ?? []));
        Put(file, ImagePlace.Saved, ImageNames.Of(name));
        return null;
    }

    /// <inheritdoc/>
    public void Drop(string file)
    {
        if (Look(file, ImagePlace.Saving, looksAtDisks: false) is not { } image)
            return;
        if (image.IsHalf)
            File.Delete(file);
        else
            Move(image, ImageMove.SetAside);
    }

    /// <inheritdoc/>
    public SavedImage? Again(SavedImage image) => File.Exists(image.File) ? Look(image.File, image.Place, looksAtDisks: true) : null;

    /// <inheritdoc/>
    public string BeginRestore(SavedImage image) =>
        image.Place == ImagePlace.Restoring ? image.File : Put(image.File, ImagePlace.Restoring, FileNameOf(image));

    /// <inheritdoc/>
    public void Move(SavedImage image, ImageMove move)
    {
        if (move == ImageMove.Remove)
        {
            File.Delete(image.File);
            ForgetMarks(Path.GetFileName(image.File));
            Folder.Sync(Path.GetDirectoryName(image.File)!);
        }
        else
            Put(image.File, move switch
            {
                ImageMove.Return => ImagePlace.Saved,
                ImageMove.Quarantine => ImagePlace.Failed,
                _ => ImagePlace.Stale,
            }, FileNameOf(image));
    }

    string FolderOf(ImagePlace place) => place == ImagePlace.Saved ? path : Path.Combine(path, Hidden, place.ToString().ToLowerInvariant());

    // A file name that means its guest already stays as it is.
    static string FileNameOf(SavedImage image)
    {
        string now = Path.GetFileName(image.File);
        return ImageNames.Guests(now, image.Place == ImagePlace.Saved)[0] == image.Name ? ImageNames.WithoutNumber(now)
            : ImageNames.Of(image.Name);
    }

    void Make(ImagePlace place)
    {
        Folder.Make(FolderOf(place));
        if (place != ImagePlace.Saved) // nobody else may read a guest's memory
            File.SetUnixFileMode(Path.Combine(path, Hidden), Folder.Private);
    }

    // Gives an image its place, under the first name that no other image has. Returns its new path. The marks of its disks are there before
    // it comes, and are left behind only when it has gone.
    string Put(string file, ImagePlace place, string fileName)
    {
        Make(place);
        string old = Path.GetFileName(file);
        bool hasMarks = place != ImagePlace.Stale; // they would be taken for the next image's
        for (int number = 0; ; number++)
        {
            string free = ImageNames.Numbered(fileName, number);
            if (hasMarks && free != old && IsUsed(free))
                continue;
            if (hasMarks && free != old)
                marks.Copy(old, free);
            string target = Path.Combine(FolderOf(place), free);
            if (!Folder.TryRename(file, target))
                continue;
            Folder.Sync(FolderOf(place));
            Folder.Sync(Path.GetDirectoryName(file)!);
            if (!hasMarks || free != old)
                ForgetMarks(old);
            return target;
        }
    }

    // Marks have only the name of their image, so no two images outside of stale get one name. An administrator may still have given it.
    bool IsUsed(string fileName) =>
        Enum.GetValues<ImagePlace>().Any(place => place != ImagePlace.Stale && File.Exists(Path.Combine(FolderOf(place), fileName)));

    void ForgetMarks(string fileName)
    {
        if (!IsUsed(fileName))
            marks.Remove(fileName);
    }

    SavedImage? Look(string file, ImagePlace place, bool looksAtDisks)
    {
        string fileName = Path.GetFileName(file);
        if (place == ImagePlace.Saved && fileName.StartsWith('.') || !Folder.IsRegularFile(file))
            return null;
        var guests = ImageNames.Guests(fileName, isOfAll: place == ImagePlace.Saved);
        try
        {
            var image = Read(file);
            if (place == ImagePlace.Saved && image.IsOther)
                return null; // not an image
            bool isHalf = place == ImagePlace.Saving && image.Fault is not null; // of whatever guest
            IReadOnlyList<string> others = image.Guest?.Name is not null || isHalf ? [] : [.. guests.Skip(1)];
            var made = File.GetLastWriteTimeUtc(file);
            var (verdict, changed) = looksAtDisks ? DiskUse.Compare(marks.Read(fileName), image.Guest?.Disks ?? [], made)
                : (DiskVerdict.Unknown, null);
            string? fault = others.Count == 0 ? image.Fault
                : image.Fault ?? $"it does not name its guest, and its file name means {string.Join(" or ", guests)}";
            return new(image.Guest?.Name ?? guests[0], file, place, fault, verdict, changed, made.ToLocalTime(), new FileInfo(file).Length)
            { Backends = image.Guest?.Backends ?? [], OtherNames = others };
        }
        catch (FileNotFoundException)
        {
            return null; // it was removed after the listing
        }
        catch (Exception e) when (FileFault.Is(e))
        {
            // This concerns only the image's own guest.
            return new(guests[0], file, place, $"it cannot be read: {e.Message}", DiskVerdict.Unknown, null, DateTime.MinValue, 0)
            { OtherNames = [.. guests.Skip(1)], IsUnread = true };
        }
    }

    static long Length(string file) => File.Exists(file) ? new FileInfo(file).Length : 0;

    static SaveImage Read(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        return SaveImage.Read(stream);
    }
}
