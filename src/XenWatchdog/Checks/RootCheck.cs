using Xen.Linux;
using Xen.Linux.Files;

namespace XenWatchdog.Checks;

/// <summary>A file can be made lasting.</summary>
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
                return null; // full it is, and a reset would change nothing about that; the check of disks tells
            if (count < 0)
                return new PosixException("write " + file, -count).Message;
            written.Truncate(count);
        }
        Folder.Sync(file);
        return null;
    }
}
