using System.Globalization;
using System.IO.Hashing;
using System.Text;
using Xen.Linux;
using Xen.Linux.Files;
using XenDomains.Facts;

namespace XenDomains.Images;

/// <summary>
/// What a guest's disks looked like when its image was made: to restore it over disks that were used since destroys their contents. Of a
/// file its time of change and length; of a device the digest of its first 2 MiB, where partition tables, volume headers and the first
/// file system's superblock are, which most uses change: that proves a change, and never that there was none. One line a disk: mark,
/// target.
/// </summary>
static class DiskUse
{
    const int Looked = 2 << 20;
    const string Device = "device:";
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>The marks of a guest's writable disks as they are now.</summary>
    internal static string Describe(IEnumerable<GuestDisk> disks)
    {
        var lines = new StringBuilder();
        foreach (var disk in disks.Where(disk => disk.IsWritable))
            lines.Append((disk.IsOfDom0 ? Mark(disk.Target) : null) ?? "-").Append(' ').Append(disk.Target).Append('\n');
        return lines.ToString();
    }

    /// <summary>Compares marks with what is there now.</summary>
    /// <param name="description">
    /// What <see cref="Describe"/> told; null if nobody asked it then: times of files are compared with the image's.
    /// </param>
    internal static (DiskVerdict Verdict, string? Changed) Compare(string? description, IEnumerable<GuestDisk> disks, DateTime imageMade)
    {
        var verdict = DiskVerdict.Unchanged;
        foreach (var (mark, target) in description is null
            ? disks.Where(disk => disk.IsWritable).Select(disk => (disk.IsOfDom0 ? null : "-", disk.Target))
            : Lines(description))
        {
            if (mark is not null && mark != "-")
            {
                string? now = Mark(target);
                if (now is null)
                    verdict = DiskVerdict.Unknown; // it is not there: the restore will say so
                else if (now != mark)
                    return (DiskVerdict.Changed, target);
                else if (now.StartsWith(Device, StringComparison.Ordinal))
                    verdict = DiskVerdict.Unknown; // a guest may have changed what was not looked at
            }
            else if (mark is null && Patiently(() => IsFile(target) && File.GetLastWriteTimeUtc(target) > imageMade))
                return (DiskVerdict.Changed, target);
            else
                verdict = DiskVerdict.Unknown;
        }
        return (verdict, null);
    }

    static IEnumerable<(string? Mark, string Target)> Lines(string description) =>
        from line in description.Split('\n', StringSplitOptions.RemoveEmptyEntries)
        let blank = line.IndexOf(' ', StringComparison.Ordinal)
        where blank > 0
        select ((string?)line[..blank], line[(blank + 1)..]);

    static string? Mark(string target) => Patiently(() =>
    {
        if (IsFile(target))
        {
            var file = new FileInfo(target);
            return string.Create(CultureInfo.InvariantCulture, $"file:{file.LastWriteTimeUtc.Ticks}:{file.Length}");
        }
        return File.Exists(target) && target.StartsWith('/')
            ? Device
                + RawDevice.OfStart(target, Looked, start => XxHash128.HashToUInt128(start).ToString("x32", CultureInfo.InvariantCulture))
            : null;
    });

    // What cannot be looked at is not there. Nor is a disk whose own host is away: it would not answer for as long, and the other guests
    // wait.
    static T? Patiently<T>(Func<T?> look)
    {
        var looking = Task.Run(() =>
        {
            try
            {
                return look();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or PosixException)
            {
                return default;
            }
        });
        return looking.Wait(Patience) ? looking.Result : default;
    }

    static bool IsFile(string target) => target.StartsWith('/') && Folder.IsRegularFile(target);
}
