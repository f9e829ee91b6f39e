namespace Xen.Linux.Files;

/// <summary>Replaces a file as a whole. A reader finds either the old text or the new text, never a part.</summary>
public static class AtomicFile
{
    /// <summary>Writes the text into another file, and then gives that file the name.</summary>
    /// <param name="path">The file. Its folder must exist.</param>
    /// <param name="text">The file's new content.</param>
    /// <param name="lasts">Waits for the disk, so that a power failure leaves the old text or the new text, too.</param>
    /// <param name="next">
    /// The file that is written first, in the same folder; null: the name with ".new" after it. A file of this name is lost.
    /// </param>
    /// <param name="mode">Permission bits of the file, whatever the umask; null: those of a new file.</param>
    /// <exception cref="IOException">The text cannot be written. The old file is unchanged.</exception>
    /// <exception cref="UnauthorizedAccessException">The process has no right to write there. The old file is unchanged.</exception>
    public static void Write(string path, string text, bool lasts = false, string? next = null, UnixFileMode? mode = null)
    {
        next ??= path + ".new";
        File.WriteAllText(next, text);
        if (mode is { } bits)
            File.SetUnixFileMode(next, bits);
        if (lasts)
            Folder.Sync(next);
        File.Move(next, path, overwrite: true);
        if (lasts)
            Folder.Sync(Path.GetDirectoryName(path)!);
    }
}
