using System.Globalization;
using System.IO.Hashing;
using System.Text;
using Xen.Linux.Files;
using XenDomains.Facts;

namespace XenDomains.Images;

/// <summary>
/// The state of a guest's disks when its image was made. A restore over disks that were used since would destroy their contents. The mark
/// of a file is its time of change and its length. The mark of a device is the digest of its first 2 MiB. They hold partition tables,
/// volume headers and the superblock of the first file system, and most uses change them. A changed digest proves a change, and an equal
/// digest proves nothing. Each disk has one line: mark, target.
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

    /// <summary>Compares marks with the present disks.</summary>
    /// <param name="description">
    /// The result of <see cref="Describe"/>; null if there is none. Then times of files are compared with the image's time.
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
                    verdict = DiskVerdict.Unknown; // the disk is missing: the restore will report it
                else if (now != mark)
                    return (DiskVerdict.Changed, target);
                else if (now.StartsWith(Device, StringComparison.Ordinal))
                    verdict = DiskVerdict.Unknown; // the rest of the device may have changed
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

    // A disk that cannot be read counts as missing. So does a disk whose own host is away: it might never answer, and the other guests
    // wait.
    static T? Patiently<T>(Func<T?> look)
    {
        var looking = Task.Run(() =>
        {
            try
            {
                return look();
            }
            catch (Exception e) when (FileFault.Is(e))
            {
                return default;
            }
        });
        return looking.Wait(Patience) ? looking.Result : default;
    }

    static bool IsFile(string target) => target.StartsWith('/') && Folder.IsRegularFile(target);
}
