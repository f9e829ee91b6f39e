using Xen.Linux;
using Xen.Linux.Files;

namespace XenWatchdog.Checks.OfLinux;

/// <summary>A file can be written to the disk.</summary>
sealed class RootCheck(string folder) : ICheck
{
    public string? Look()
    {
        string file = Path.Combine(folder, "written");
        Folder.Make(folder);
        using (var written = FileDescriptor.OpenOrCreate(file))
        {
            int count = written.Write("1\n"u8);
            if (count is -Errno.ENOSPC)
                return null; // a reset would not help against a full disk; the check of disks reports it
            if (count < 0)
                return new PosixException("write " + file, -count).Message;
            written.Truncate(count);
        }
        Folder.Sync(file);
        return null;
    }
}
