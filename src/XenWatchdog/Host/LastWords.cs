using System.Globalization;
using System.Text;
using Xen.Posix;

namespace XenWatchdog.Host;

/// <summary>
/// Why the host is about to be reset, on its disk: the next boot tells it. A boot has an id, so words that were never followed by a reset are known.
/// </summary>
sealed class LastWords(string folder)
{
    const string BootId = "/proc/sys/kernel/random/boot_id";

    string Written => Path.Combine(folder, "last-words");
    string Before => Path.Combine(folder, "last-reset");

    /// <summary>Makes them lasting.</summary>
    /// <exception cref="IOException">The disk does not take them.</exception>
    internal void Write(DateTime time, string reason)
    {
        Folder.Make(folder);
        File.WriteAllText(Written, string.Create(CultureInfo.InvariantCulture, $"{Boot()}\n{time:yyyy-MM-dd HH:mm:ss} UTC\n{reason.ReplaceLineEndings(" ")}\n"));
        Folder.Sync(Written);
        Folder.Sync(folder);
    }

    /// <summary>The reset does not come.</summary>
    /// <exception cref="IOException">The disk does not take that.</exception>
    internal void TakeBack() => Folder.Unlink(Written);

    /// <summary>What an earlier process of this boot has let the host go for, and has not taken back.</summary>
    /// <exception cref="IOException">The folder cannot be read.</exception>
    internal string? OfThisBoot() => File.Exists(Written) && Read(Written) is { } words && words.Boot == Boot() ? words.Reason : null;

    /// <summary>What an earlier boot said before it was reset, once: time and reason.</summary>
    /// <exception cref="IOException">The folder cannot be read or written.</exception>
    internal (string Time, string Reason)? TakeOver()
    {
        if (!File.Exists(Written))
            return null;
        var words = Read(Written);
        if (words?.Boot == Boot())
            return null; // the daemon was only started again
        if (words is null)
        {
            TakeBack(); // half written
            return null;
        }
        File.Move(Written, Before, overwrite: true);
        return (words.Value.Time, words.Value.Reason);
    }

    /// <summary>The last reset that is known of.</summary>
    internal (string Time, string Reason)? Earlier() => File.Exists(Before) && Read(Before) is { } words ? (words.Time, words.Reason) : null;

    static (string Boot, string Time, string Reason)? Read(string file) => File.ReadAllText(file, Encoding.UTF8).Split('\n') is [var boot, var time, var reason, ..] ? (boot, time, reason) : null;

    static string Boot() => File.Exists(BootId) ? File.ReadAllText(BootId).Trim() : "";
}
