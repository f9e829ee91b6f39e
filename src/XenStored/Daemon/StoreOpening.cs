using System.Globalization;
using Xen.Linux;
using Xen.Linux.Processes;
using Xen.Linux.Sockets;
using XenStored.Handover;
using XenStored.Logs;
using XenStored.Options;
using XenStored.Store;
using XenStored.Tree.Storage;
using XenStored.Tree.Storage.MappedFile;

namespace XenStored.Daemon;

/// <summary>
/// Opens the store's file: that of an earlier process of this boot, or a new one. A file that cannot be used is renamed, so that somebody
/// can look at it, and the store begins anew.
/// </summary>
/// <param name="keeper">The keeper of this process; null if it has none.</param>
sealed class StoreOpening(string path, long maximum, ushort owner, Keeper? keeper, ILogger logger)
{
    const string BootId = "/proc/sys/kernel/random/boot_id", AsideSuffix = ".aside-";

    /// <summary>How many states may be set aside, because each takes memory. The first ones stay: they show the cause.</summary>
    const int MostAside = 4;

    /// <summary>
    /// How many processes in a row may open a file and end before they have served. What is in the file may be what ends them. But some of
    /// them may have been killed for another reason, which only a keeper knows.
    /// </summary>
    const int MostOpenings = 10;

    /// <summary>How often a process may end by a fault of its own within a minute, also after it has served.</summary>
    const int MostFaults = 3;

    // A process ended by a fault of its own within the last minute. Without a keeper: the one before this had not served.
    bool isSuspect;

    /// <summary>Says on standard error if this version cannot go on with a file, and returns the exit status for that.</summary>
    internal static int SayWhether(string path)
    {
        if (WhyNot(path) is not { } reason)
            return 0;
        StandardError.WriteLine($"xenstored: this version cannot go on with {path}: {reason}");
        return 1;
    }

    /// <summary>Why no store may begin here; null if it may.</summary>
    internal static string? WhyNotAnew(StoreOptions options)
    {
        if (!Keeper.IsThere && UnixSocket.Answers(options.SocketPath))
            return null; // the other one may be reading the stream just now; that it serves is said later
        var files = new UpdateFiles(options.SocketPath);
        files.TakeBack(options.RunFolder);
        return options.LeftStream is not null || !File.Exists(files.Left) ? null
            : "another xenstored had taken the store over and has ended, and guests that run have no store any more. Restart the host, or "
            + $"stop all guests and delete {files.Left}";
    }

    /// <summary>
    /// Looks at the whole state if it may be what ended a process before this one. It finds what no opening finds, as a node that is not
    /// where its name says. Otherwise it is not worth the time for which all guests wait.
    /// </summary>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    internal void Check(XenStore opened)
    {
        if (isSuspect && Audit.FirstFault(opened) is { } fault)
            throw new InvalidDataException(fault);
    }

    // A file that is not there is none to go on with.
    static string? WhyNot(string path)
    {
        if (!File.Exists(path))
            return "there is no such file";
        byte[] head = new byte[FileLayout.HeadSize];
        using var file = File.OpenRead(path);
        return file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) < head.Length
            ? "it is too short"
            : Superblock.WhyNot(head, Boot());
    }

    /// <summary>Opens the file, or makes it.</summary>
    /// <exception cref="PosixException">It cannot be made.</exception>
    internal StoreMemory Open()
    {
        string? reason;
        try
        {
            var memory = OpenFile();
            reason = memory.IsReopened ? Suspicion(memory) : null;
            if (reason is null)
                return memory;
            memory.Dispose();
        }
        catch (InvalidDataException e)
        {
            reason = e.Message;
        }
        return Anew(reason);
    }

    /// <summary>Opens the file of an earlier process, for reading only.</summary>
    /// <exception cref="InvalidDataException">This version cannot go on with it.</exception>
    internal StoreMemory OpenAgain() => WhyNot(path) is { } reason ? throw new InvalidDataException(reason) : OpenFile();

    /// <summary>Sets the file aside and begins with an empty store.</summary>
    /// <exception cref="PosixException">A new file cannot be made.</exception>
    internal StoreMemory Anew(string reason)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!, name = Path.GetFileName(path) + AsideSuffix;
        string[] earlier = Directory.GetFiles(folder, name + "*");
        string aside = path + AsideSuffix + DateTime.Now.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture);
        if (earlier.Length < MostAside && !earlier.Contains(Path.GetFullPath(aside)))
        {
            File.Move(path, aside);
            StoreLog.SetAside(logger, path, aside, reason);
        }
        else
        {
            File.Delete(path);
            StoreLog.NotSetAside(logger, path, earlier.Length, reason);
        }
        keeper?.BeginsAnew();
        return OpenFile();
    }

    // Why the state of an earlier process may be what ends the processes that open it; null: there is no sign of that.
    string? Suspicion(StoreMemory memory)
    {
        if (keeper is { Faults: var faults })
        {
            isSuspect = faults > 0;
            return faults < MostFaults ? null : $"xenstored ended by a fault of its own {faults} times within a minute";
        }
        int openings = memory.CountOpening();
        isSuspect = openings > 1;
        return openings <= MostOpenings
            ? null
            : $"{MostOpenings} processes in a row opened it and ended before they served";
    }

    StoreMemory OpenFile() => new(path, maximum, owner, Boot());

    static Guid Boot() =>
        Guid.TryParse(File.Exists(BootId) ? File.ReadAllText(BootId).Trim() : "", out var id) ? id : Guid.Empty;
}
