using System.Globalization;
using System.Text;
using Xen.Linux.Files;

namespace XenWatchdog.Host;

/// <summary>
/// The reason of a coming reset, on the host's disk. The next boot reports it. The record holds the id of the boot in which it was written:
/// as long as the host has that id, no reset has followed.
/// </summary>
sealed class ResetRecord(string folder)
{
    const string BootId = "/proc/sys/kernel/random/boot_id";

    string Written => Path.Combine(folder, "last-words");
    string Before => Path.Combine(folder, "last-reset");

    /// <summary>Writes the record, and waits until it is on the disk.</summary>
    /// <exception cref="IOException">The disk does not take it.</exception>
    internal void Write(DateTime time, string reason)
    {
        Folder.Make(folder);
        File.WriteAllText(Written,
            string.Create(CultureInfo.InvariantCulture, $"{Boot()}\n{time:yyyy-MM-dd HH:mm:ss} UTC\n{reason.ReplaceLineEndings(" ")}\n"));
        Folder.Sync(Written);
        Folder.Sync(folder);
    }

    /// <summary>Removes the record: the reset does not come.</summary>
    /// <exception cref="IOException">The disk does not take the removal.</exception>
    internal void Withdraw() => Folder.Unlink(Written);

    /// <summary>The reason that an earlier process of this boot wrote; null if it wrote none, or has withdrawn it.</summary>
    /// <exception cref="IOException">The folder cannot be read.</exception>
    internal string? OfThisBoot() =>
        File.Exists(Written) && Read(Written) is { } record && record.Boot == Boot() ? record.Reason : null;

    /// <summary>When and why an earlier boot was reset. Only the first call returns it.</summary>
    /// <exception cref="IOException">The folder cannot be read or written.</exception>
    internal (string Time, string Reason)? TakeOver()
    {
        if (!File.Exists(Written))
            return null;
        var record = Read(Written);
        if (record?.Boot == Boot())
            return null; // only the daemon was restarted
        if (record is null)
        {
            Withdraw(); // the record is half written
            return null;
        }
        File.Move(Written, Before, overwrite: true);
        return (record.Value.Time, record.Value.Reason);
    }

    /// <summary>The last known reset.</summary>
    internal (string Time, string Reason)? Earlier() =>
        File.Exists(Before) && Read(Before) is { } record ? (record.Time, record.Reason) : null;

    static (string Boot, string Time, string Reason)? Read(string file) =>
        File.ReadAllText(file, Encoding.UTF8).Split('\n') is [var boot, var time, var reason, ..] ? (boot, time, reason) : null;

    static string Boot() => File.Exists(BootId) ? File.ReadAllText(BootId).Trim() : "";
}
