namespace Xen.Linux.Files;

/// <summary>Makes folders, changes and removes names. Errors have the kernel's own reason.</summary>
public static class Folder
{
    /// <summary>The mode 0700: only the owner may use the folder.</summary>
    public const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>The mode 0755: everybody may list the folder and open what is in it.</summary>
    public const UnixFileMode Public =
        Private | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    /// <summary>Makes a folder and the missing folders above it, unless it exists.</summary>
    /// <param name="mode">The folder's permissions, less the umask. The folders above it get 0755.</param>
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

    /// <summary>Removes a name if it exists.</summary>
    /// <exception cref="PosixException">It cannot be removed, for example because it is a folder.</exception>
    public static void Unlink(string path)
    {
        if (Libc.unlink(path) < 0 && Libc.LastError != Errno.ENOENT)
            throw new PosixException("unlink " + path, Libc.LastError);
    }

    /// <summary>Gives a file another name, unless that name is taken. Returns false then, and nothing has changed.</summary>
    /// <exception cref="PosixException">It cannot be renamed, for example because the names are on two file systems.</exception>
    public static bool TryRename(string from, string to)
    {
        if (Libc.renameat2(Libc.AT_FDCWD, from, Libc.AT_FDCWD, to, Libc.RENAME_NOREPLACE) >= 0)
            return true;
        int error = Libc.LastError;
        if (error == Errno.EEXIST)
            return false;
        if (error is not (Errno.EINVAL or Errno.ENOSYS))
            throw new PosixException($"rename {from} to {to}", error);
        // This file system cannot do both in one step (NFS, for example). Only a process that makes the name just now would lose its file.
        if (Path.Exists(to))
            return false;
        File.Move(from, to);
        return true;
    }

    /// <summary>Waits until a file's content, or a folder's names, are on the disk.</summary>
    /// <exception cref="PosixException">It cannot be opened, or the disk fails.</exception>
    public static void Sync(string path)
    {
        using var opened = new FileDescriptor(FileDescriptor.Check(Libc.open(path, Libc.O_RDONLY | Libc.O_CLOEXEC, 0), "open " + path));
        FileDescriptor.Check(Libc.fsync(opened.Number), "fsync " + path);
    }

    /// <summary>Whether the file exists and is not a device, FIFO or folder.</summary>
    public static bool IsRegularFile(string path)
    {
        int number = Libc.open(path, Libc.O_RDONLY | Libc.O_NONBLOCK | Libc.O_CLOEXEC, 0);
        using var opened = new FileDescriptor(number);
        return number >= 0 && opened.IsRegular;
    }
}
