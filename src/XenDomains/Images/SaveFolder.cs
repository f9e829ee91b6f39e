using Xen.Linux.Files;
using XenDomains.Facts;
using XenDomains.Planning;

namespace XenDomains.Images;

/// <summary>
/// The folder of images. A file in it is a whole saved image, as in upstream's script. Images in other places are in a hidden folder below
/// it, in one folder for each <see cref="ImagePlace"/>. So a change of place is one rename, and each rename is on the disk before the next
/// step.
/// </summary>
sealed class SaveFolder(string path) : ISaveFolder
{
    const string Hidden = ".xendomains";

    readonly Lock gate = new();
    readonly Dictionary<string, long> promised = new(StringComparer.Ordinal);

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
        string file = Path.Combine(FolderOf(ImagePlace.Saving), FileName(name));
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
    public void End(string name)
    {
        lock (gate)
            promised.Remove(Path.Combine(FolderOf(ImagePlace.Saving), FileName(name)));
    }

    /// <inheritdoc/>
    public string? Finish(string name)
    {
        string file = Path.Combine(FolderOf(ImagePlace.Saving), FileName(name));
        var image = Read(file);
        if (image.Fault is not null)
            return image.Fault;
        Folder.Sync(file);
        WriteDisks(name, DiskUse.Describe(image.Guest?.Disks ?? []));
        Rename(file, Path.Combine(path, FileName(name)));
        return null;
    }

    /// <inheritdoc/>
    public void Drop(string name) => File.Delete(Path.Combine(FolderOf(ImagePlace.Saving), FileName(name)));

    /// <inheritdoc/>
    public SavedImage? Again(SavedImage image) => File.Exists(image.File) ? Look(image.File, image.Place, looksAtDisks: true) : null;

    /// <inheritdoc/>
    public string BeginRestore(SavedImage image)
    {
        if (image.Place == ImagePlace.Restoring)
            return image.File;
        Make(ImagePlace.Restoring);
        string file = Path.Combine(FolderOf(ImagePlace.Restoring), FileName(image.Name));
        if (Path.GetFileName(image.File) != FileName(image.Name) && File.Exists(DisksOf(Path.GetFileName(image.File))))
            File.Move(DisksOf(Path.GetFileName(image.File)), DisksOf(FileName(image.Name)), overwrite: true);
        Rename(image.File, file);
        return file;
    }

    /// <inheritdoc/>
    public void Move(SavedImage image, ImageMove move)
    {
        switch (move)
        {
            case ImageMove.Return:
                Rename(image.File, Path.Combine(path, FileName(image.Name)));
                break;
            case ImageMove.Remove:
                File.Delete(image.File);
                Folder.Unlink(DisksOf(Path.GetFileName(image.File)));
                Folder.Sync(Path.GetDirectoryName(image.File)!);
                break;
            default:
                var place = move == ImageMove.Quarantine ? ImagePlace.Failed : ImagePlace.Stale;
                Make(place);
                Rename(image.File, Path.Combine(FolderOf(place), FileName(image.Name)));
                if (place == ImagePlace.Stale)
                    Folder.Unlink(DisksOf(Path.GetFileName(image.File))); // the file of disks belongs to the next image
                break;
        }
    }

    string FolderOf(ImagePlace place) => place == ImagePlace.Saved ? path : Path.Combine(path, Hidden, place.ToString().ToLowerInvariant());

    string DisksOf(string fileName) => Path.Combine(path, Hidden, "disks", fileName);

    // A guest may have any name. A file name has no slash, and does not begin with a dot here.
    static string FileName(string name) => (name.StartsWith('.') ? "%2E" + name[1..] : name).Replace("/", "%2F", StringComparison.Ordinal);

    void Make(ImagePlace place)
    {
        Folder.Make(FolderOf(place));
        // Nobody else may read a guest's memory.
        File.SetUnixFileMode(Path.Combine(path, Hidden), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    SavedImage? Look(string file, ImagePlace place, bool looksAtDisks)
    {
        string fileName = Path.GetFileName(file);
        if (place == ImagePlace.Saved && fileName.StartsWith('.') || !Folder.IsRegularFile(file))
            return null;
        try
        {
            var image = Read(file);
            if (place == ImagePlace.Saved && image.IsOther)
                return null; // not an image
            var made = File.GetLastWriteTimeUtc(file);
            string? disks = File.Exists(DisksOf(fileName)) ? File.ReadAllText(DisksOf(fileName)) : null;
            var (verdict, changed) = looksAtDisks ? DiskUse.Compare(disks, image.Guest?.Disks ?? [], made) : (DiskVerdict.Unknown, null);
            return new(image.Guest?.Name ?? NameOf(fileName), file, place, image.Fault, verdict, changed, made.ToLocalTime(),
                new FileInfo(file).Length)
            { Backends = image.Guest?.Backends ?? [] };
        }
        catch (FileNotFoundException)
        {
            return null; // it was removed after the listing
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // This concerns only the image's own guest.
            return new(NameOf(fileName), file, place, $"it cannot be read: {e.Message}", DiskVerdict.Unknown, null, DateTime.MinValue, 0);
        }
    }

    static string NameOf(string fileName) =>
        fileName.Replace("%2F", "/", StringComparison.Ordinal).Replace("%2E", ".", StringComparison.Ordinal);

    static long Length(string file) => File.Exists(file) ? new FileInfo(file).Length : 0;

    static SaveImage Read(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        return SaveImage.Read(stream);
    }

    void WriteDisks(string name, string description)
    {
        string file = DisksOf(FileName(name));
        Folder.Make(Path.GetDirectoryName(file)!);
        AtomicFile.Write(file, description, lasts: true);
    }

    static void Rename(string from, string to)
    {
        File.Move(from, to, overwrite: true);
        Folder.Sync(Path.GetDirectoryName(to)!);
        if (Path.GetDirectoryName(from) != Path.GetDirectoryName(to))
            Folder.Sync(Path.GetDirectoryName(from)!);
    }
}
