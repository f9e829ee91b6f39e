using Xen.Linux.Files;

namespace XenDomains.Images;

/// <summary>The files that hold <see cref="DiskUse"/> for each image, under the file name of the image.</summary>
sealed class DiskMarks(string folder)
{
    /// <summary>An image's marks; null if it has none.</summary>
    internal string? Read(string fileName) => File.Exists(FileOf(fileName)) ? File.ReadAllText(FileOf(fileName)) : null;

    internal void Write(string fileName, string description)
    {
        Folder.Make(folder);
        // No image's name begins with a dot. With .new at the end it would be the file of another guest.
        AtomicFile.Write(FileOf(fileName), description, lasts: true, next: FileOf("." + fileName));
    }

    /// <summary>Gives an image that is renamed next its marks under its new name. Marks there are of an image that is gone.</summary>
    internal void Copy(string fileName, string newName)
    {
        if (Read(fileName) is { } description)
            Write(newName, description);
        else
            Remove(newName);
    }

    internal void Remove(string fileName) => Folder.Unlink(FileOf(fileName));

    string FileOf(string fileName) => Path.Combine(folder, fileName);
}
