using System.IO.Compression;
using Xen.Linux;
using Xen.Linux.Files;
using XenConsoled.Core;

namespace XenConsoled.Logs;

/// <summary>
/// A log file. Writes append to it. A full file is rotated: it becomes NAME.1.gz, the older ones become NAME.2.gz and so on.
/// A write is made wholly or not at all. A file that is not regular (a device, a FIFO) is only written to. An object is for one thread at a
/// time, and each call may take as long as the disk does.
/// </summary>
sealed class LogFile(string path, uint mode, LogLimits limits, LogSpace space) : IDisposable
{
    const long RetryMs = 60_000;

    FileDescriptor? file;
    string? problem;
    bool isRegular;
    long nextRotation;

    internal string Path => path;

    /// <summary>The file's length; -1 while it is not open.</summary>
    internal long Length => file is null ? -1 : isRegular ? file.Length : 0;

    /// <summary>Opens the file if it is not open; 0 or an errno.</summary>
    internal int Open()
    {
        if (file is not null)
            return 0;
        file = FileDescriptor.TryOpenAppend(path, out int errno, mode);
        if (file is null && errno == Errno.ENOENT)
        {
            try
            {
                Folder.Make(System.IO.Path.GetDirectoryName(path)!);
                file = FileDescriptor.TryOpenAppend(path, out errno, mode);
            }
            catch (PosixException e)
            {
                errno = e.Errno;
            }
        }
        if (file is null)
            return errno;
        isRegular = file.IsRegular;
        if (isRegular)
        {
            space.Opened(path);
            Keep(() => space.TidyAtTimes(System.IO.Path.GetDirectoryName(path)!, limits));
        }
        return 0;
    }

    /// <summary>Appends bytes; 0, or an errno if nothing was appended.</summary>
    internal int Write(ReadOnlySpan<byte> bytes)
    {
        int errno = Open();
        if (errno != 0)
            return errno;
        long most = space.FileLimit(limits);
        if (isRegular && most > 0 && Length > 0 && Length + bytes.Length > most && Environment.TickCount64 >= nextRotation)
        {
            Rotate();
            errno = Open();
            if (errno != 0)
                return errno;
        }
        long before = Length;
        while (!bytes.IsEmpty)
        {
            int written = file!.Write(bytes);
            if (written <= 0)
            {
                if (isRegular)
                    file.TryTruncate(before);
                Close(); // the file is gone or the disk is full: the next write opens it again
                return written == 0 ? Errno.EIO : -written;
            }
            bytes = bytes[written..];
        }
        return 0;
    }

    /// <summary>Closes the file, which was moved away. The next write opens it again.</summary>
    internal void Close()
    {
        file?.Dispose();
        if (file is not null)
            space.Closed(path);
        file = null;
    }

    /// <summary>The problem with rotating files since the last call; null for none.</summary>
    internal string? TakeProblem()
    {
        string? what = problem;
        problem = null;
        return what;
    }

    public void Dispose() => Close();

    void Rotate()
    {
        Close();
        bool isDone = Keep(() =>
        {
            for (int number = limits.Generations; number >= 1; number--)
                foreach (string ending in (ReadOnlySpan<string>)["", ".gz"])
                {
                    string from = number == 1 ? path + ending : $"{path}.{number - 1}{ending}";
                    if (File.Exists(from) && (number > 1 || ending.Length == 0))
                        File.Move(from, $"{path}.{number}{ending}", overwrite: true);
                }
            if (limits.Generations == 0)
                File.Delete(path);
            else if (limits.Compresses)
                Compress(path + ".1");
        });
        isDone &= Keep(() => space.Tidy(System.IO.Path.GetDirectoryName(path)!, limits, path));
        if (!isDone)
            nextRotation = Environment.TickCount64 + RetryMs; // until then the log goes on in its present file
    }

    // A failed rotation is reported, and costs no line of the log.
    bool Keep(Action work)
    {
        string? fault = FileFault.Of(work);
        problem = fault ?? problem;
        return fault is null;
    }

    static void Compress(string plain)
    {
        string part = plain + LogSpace.Part;
        var mode = File.GetUnixFileMode(plain);
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = mode };
        using (var from = File.OpenRead(plain))
        using (var to = new GZipStream(new FileStream(part, options), CompressionLevel.Fastest))
            from.CopyTo(to);
        File.Move(part, plain + ".gz", overwrite: true);
        File.Delete(plain);
    }
}
