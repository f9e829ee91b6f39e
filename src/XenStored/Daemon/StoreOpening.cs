using System.Globalization;
using Xen.Linux;
using Xen.Linux.Processes;
using XenStored.Logs;
using XenStored.Tree.Storage;
using XenStored.Tree.Storage.MappedFile;

namespace XenStored.Daemon;

/// <summary>
/// Opens the store's file: that of an earlier process of this boot, or a new one. A file that cannot be used is renamed, so that somebody
/// can look at it, and the store begins anew.
/// </summary>
sealed class StoreOpening(string path, long maximum, ushort owner, ILogger logger)
{
    const string BootId = "/proc/sys/kernel/random/boot_id";

    /// <summary>
    /// How many processes in a row may open a file and end before they have served. What is in the file may be what ends them.
    /// </summary>
    /// <remarks>Some of them may have been killed for another reason, which only a keeper knows.</remarks>
    const int MostOpenings = 10;

    /// <summary>How often a process may end by a fault of its own within a minute, also after it has served.</summary>
    const int MostFaults = 3;

    /// <summary>Says on standard error if this version cannot go on with a file, and returns the exit status for that.</summary>
    internal static int SayWhether(string path)
    {
        if (WhyNot(path) is not { } reason)
            return 0;
        StandardError.WriteLine($"xenstored: this version cannot go on with {path}: {reason}");
        return 1;
    }

    // A file that is not there is none to go on with.
    static string? WhyNot(string path)
    {
        if (!File.Exists(path))
            return "there is no such file";
        byte[] head = new byte[Superblock.HeadSize];
        using var file = File.OpenRead(path);
        return file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) < head.Length
            ? "it is too short"
            : Superblock.WhyNot(head, Boot());
    }

    /// <summary>Opens the file, or makes it.</summary>
    /// <exception cref="PosixException">It cannot be made.</exception>
    internal StoreMemory Open()
    {
        var boot = Boot();
        try
        {
            var memory = new StoreMemory(path, maximum, owner, boot);
            if (!memory.IsReopened)
                return memory;
            string? reason = Keeper.Faults is { } faults
                ? faults < MostFaults ? null : $"xenstored ended by a fault of its own {faults} times within a minute"
                : memory.CountOpening() <= MostOpenings ? null
                : $"{MostOpenings} processes in a row opened it and ended before they served";
            if (reason is null)
                return memory;
            memory.Dispose();
            return Anew(reason, boot);
        }
        catch (InvalidDataException e)
        {
            return Anew(e.Message, boot);
        }
    }

    /// <summary>Sets the file aside and begins with an empty store.</summary>
    internal StoreMemory Anew(string reason) => Anew(reason, Boot());

    static Guid Boot() =>
        Guid.TryParse(File.Exists(BootId) ? File.ReadAllText(BootId).Trim() : "", out var id) ? id : Guid.Empty;

    StoreMemory Anew(string reason, Guid boot)
    {
        string aside = $"{path}.aside-{DateTime.Now.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture)}";
        File.Move(path, aside, overwrite: true);
        StoreLog.SetAside(logger, path, aside, reason);
        return new(path, maximum, owner, boot);
    }
}
