using System.Globalization;
using System.Text;
using Xen.Linux;
using Xen.Linux.Files;

namespace Xen.Hosting;

/// <summary>
/// A file with the pid of the running daemon. The daemon holds a lock on it while it runs; a file without a lock is stale.
/// </summary>
public sealed class PidFile : IDisposable
{
    readonly FileDescriptor file;
    readonly string path;

    PidFile(FileDescriptor file, string path)
    {
        this.file = file;
        this.path = path;
    }

    /// <summary>Locks the file and writes this process's id into it; null if another process holds the lock.</summary>
    /// <exception cref="PosixException">The file cannot be made or written.</exception>
    public static PidFile? TryTake(string path)
    {
        Folder.Make(Path.GetDirectoryName(Path.GetFullPath(path))!);
        var file = FileDescriptor.OpenOrCreate(path);
        if (!file.TryLock())
        {
            file.Dispose();
            return null;
        }
        if (file.IsUnlinked)
        {
            file.Dispose(); // the process that held the lock removed the file after it was opened here
            return TryTake(path);
        }
        file.Truncate(0);
        int written = file.Write(Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture) + "\n"));
        if (written > 0)
            return new(file, path);
        file.Dispose();
        throw new PosixException("write " + path, -written);
    }

    /// <summary>The pid in such a file; null if there is none.</summary>
    public static int? Read(string path) =>
        File.Exists(path) && int.TryParse(File.ReadAllText(path).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out int pid)
            ? pid
            : null;

    /// <summary>Removes the file and releases the lock.</summary>
    public void Dispose()
    {
        File.Delete(path);
        file.Dispose();
    }
}
