using Xen.Hosting;
using Xen.Posix;
using XenWatchdog.Core;

namespace XenWatchdog.Checks;

/// <summary>Another program can be started and ends.</summary>
sealed class ForkCheck : ICheck
{
    static readonly string[] Programs = ["/bin/true", "/usr/bin/true"];
    static readonly TimeSpan Limit = TimeSpan.FromMinutes(1); // long after the look itself counts as a failure

    public CheckRule Rule => Rules.Fork;

    public string? Look()
    {
        string program = Programs.FirstOrDefault(File.Exists) ?? Environment.ProcessPath!;
        var result = ChildProcess.RunAsync(program, ["--version"], Limit).GetAwaiter().GetResult();
        return result.Status == 0 ? null : result.IsTimedOut ? $"{program} has not ended within {Limit.TotalSeconds:0} s" : $"{program} ended with {result.Status}";
    }
}

/// <summary>A file can be made lasting.</summary>
sealed class RootCheck(string folder) : ICheck
{
    public CheckRule Rule => Rules.Root;

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

/// <summary>Where the daemons' logs and the guests' images are, something can still be put.</summary>
sealed class DisksCheck : ICheck
{
    const long LeastBytes = 100L << 20;
    const int LeastPercent = 5;
    static readonly string[] Folders = ["/var/log", "/var/log/xen", "/var/lib/xen"];

    public CheckRule Rule => Rules.Disks;

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

/// <summary>The console daemon lives; ours is asked over its own socket, of another it is known that it runs.</summary>
sealed class ConsoleCheck : ICheck
{
    static readonly TimeSpan Limit = TimeSpan.FromMinutes(1); // long after the look itself counts as a failure

    public CheckRule Rule => Rules.Console;

    public string? Look()
    {
        if (!ConsoleDaemon.Runs)
            return "no xenconsoled runs: guests stand still once 2 KiB of their output are not taken, and none can be made";
        return ConsoleDaemon.FaultAsync(Limit).GetAwaiter().GetResult() is { } fault ? $"it does not tell its status: {fault}" : null;
    }
}
