using Xen.Linux;
using Xen.Linux.Files;
using XenCommons.Host;

namespace XenCommons.Start;

/// <summary>Makes a booted kernel a host for guests: files, modules and folders. Each step may be repeated at any time.</summary>
static class HostStart
{
    const string Capabilities = "/proc/xen/capabilities";

    // Upstream's folders and modes. Those in /run disappear at each boot.
    static readonly (string Path, UnixFileMode Mode)[] Folders =
    [
        ("/run/xen", Folder.Private),
        ("/run/xenstored", Folder.Public),
        ("/run/lock", Folder.Public),
        ("/run/lock/subsys", Folder.Public),
        ("/var/log/xen", Folder.Public),
        ("/var/log/xen/console", Folder.Public),
        ("/var/lib/xen", Folder.Public),
        ("/var/lib/xen/save", Folder.Private),
        ("/var/lib/xen/dump", Folder.Private),
    ];

    /// <summary>Mounts xenfs, and returns whether this can become a dom0.</summary>
    internal static (Step Step, bool IsDom0) Xenfs(HostFiles files)
    {
        if (!files.IsOnXen)
            return (new("xenfs", Outcome.NotNeeded, "this host does not run on Xen; there is nothing to do"), false);
        Step step = new("xenfs", Outcome.Already, "is mounted on /proc/xen");
        if (!files.Exists(Capabilities))
        {
            int errno = Mounts.Mount("xenfs", files.At("/proc/xen"), "xenfs");
            if (errno != 0 && !files.Exists("/dev/xen/xenbus_backend"))
                return (new("xenfs", Outcome.NotNeeded, "this is a guest of Xen's and no dom0; there is nothing to do"), false);
            const string Advice = "does the kernel have CONFIG_XENFS and CONFIG_XEN_COMPAT_XENFS?";
            step = errno == 0 ? new("xenfs", Outcome.Done, "was mounted on /proc/xen")
                : new("xenfs", Outcome.Failed, new PosixException("mount xenfs on /proc/xen", errno, Advice).Message);
        }
        if (step.Outcome == Outcome.Failed || files.IsDom0)
            return (step, step.Outcome != Outcome.Failed);
        return (new("xenfs", Outcome.NotNeeded,
            $"this is a guest of Xen's and no dom0 ({Capabilities} does not say control_d); there is nothing to do"), false);
    }

    /// <summary>Makes the folders that daemons and toolstack expect.</summary>
    internal static IEnumerable<Step> MakeFolders(HostFiles files)
    {
        foreach (var (path, mode) in Folders)
        {
            string at = files.At(path), what = "folder " + path;
            Step step;
            if (Directory.Exists(at))
                step = new(what, Outcome.Already, "is there");
            else
                try
                {
                    Folder.Make(at, mode);
                    step = new(what, Outcome.Done, "was made");
                }
                catch (PosixException e)
                {
                    step = new(what, Outcome.Failed, e.Message);
                }
            yield return step;
        }
    }
}
