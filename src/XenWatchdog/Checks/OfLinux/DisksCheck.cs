namespace XenWatchdog.Checks.OfLinux;

/// <summary>The disks of the daemons' logs and of the guests' images have free space.</summary>
sealed class DisksCheck : ICheck
{
    const long LeastBytes = 100L << 20;
    const int LeastPercent = 5;
    static readonly string[] Folders = ["/var/log", "/var/log/xen", "/var/lib/xen"];

    public string? Look()
    {
        foreach (string folder in Folders.Where(Directory.Exists))
        {
            var disk = new DriveInfo(folder);
            if (disk.AvailableFreeSpace < LeastBytes && disk.AvailableFreeSpace < disk.TotalSize / 100 * LeastPercent)
                return $"the file system of {folder} has {disk.AvailableFreeSpace >> 20} MiB left";
        }
        return null;
    }
}
