namespace Xen.Linux.Files;

/// <summary>Folders and names in them, with the kernel's own word when something is wrong.</summary>
public static class Folder
{
    /// <summary>The mode 0700: only its owner gets in.</summary>
    public const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>The mode 0755: everybody may look into it.</summary>
    public const UnixFileMode Public =
        Private | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    /// <summary>Makes a folder and those above it, unless they are there.</summary>
    /// <param name="mode">Its permissions, less the umask; those above it get 0755.</param>
    /// <exception cref="PosixException">One of them cannot be made.</exception>
    public static void Make(string path, UnixFileMode mode = Public)
    {
        if (Directory.Exists(path))
            return;
        if (Path.GetDirectoryName(path) is { Length: > 0 } above)
            Make(above);
        if (Libc.mkdir(path, (uint)mode) < 0 && Libc.LastError != Errno.EEXIST)
            throw new PosixException("mkdir " + path, Libc.LastError);
    }

    /// <summary>Removes a name, unless it is not there.</summary>
    /// <exception cref="PosixException">It cannot be removed: a folder, for one.</exception>
    public static void Unlink(string path)
    {
        if (Libc.unlink(path) < 0 && Libc.LastError != Errno.ENOENT)
            throw new PosixException("unlink " + path, Libc.LastError);
    }

    /// <summary>Waits until what a file or folder holds is on its disk: of a folder, its names.</summary>
    /// <exception cref="PosixException">It cannot be opened, or the disk fails.</exception>
    public static void Sync(string path)
    {
        using var opened = new FileDescriptor(FileDescriptor.Check(Libc.open(path, Libc.O_RDONLY | Libc.O_CLOEXEC, 0), "open " + path));
        FileDescriptor.Check(Libc.fsync(opened.Number), "fsync " + path);
    }

    /// <summary>There is such a file, and it is no device, FIFO or folder.</summary>
    public static bool IsRegularFile(string path)
    {
        int number = Libc.open(path, Libc.O_RDONLY | Libc.O_NONBLOCK | Libc.O_CLOEXEC, 0);
        using var opened = new FileDescriptor(number);
        return number >= 0 && opened.IsRegular;
    }
}
