namespace Xen.Linux.Files;

/// <summary>A file that is replaced as a whole. Who reads it meanwhile finds the old text or the new one, and never a part.</summary>
public static class AtomicFile
{
    /// <summary>Writes the text into a file beside it, with ".new" behind its name, which then takes its place.</summary>
    /// <param name="path">The file; its folder must be there.</param>
    /// <param name="text">What it holds from now on.</param>
    /// <param name="lasts">Waits for the disk, so that the same is true after a power failure.</param>
    /// <exception cref="IOException">It cannot be written; the old file is as it was.</exception>
    /// <exception cref="UnauthorizedAccessException">The same, for lack of rights.</exception>
    public static void Write(string path, string text, bool lasts = false)
    {
        string next = path + ".new";
        File.WriteAllText(next, text);
        if (lasts)
            Folder.Sync(next);
        File.Move(next, path, overwrite: true);
        if (lasts)
            Folder.Sync(Path.GetDirectoryName(path)!);
    }
}
