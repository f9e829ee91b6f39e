using Xen.Linux;

namespace Xen.Hypervisor.Linux.Calls;

/// <summary>Opens a device of Xen's. If that fails, the error says what to look at.</summary>
static class XenDevice
{
    /// <exception cref="PosixException">It cannot be opened.</exception>
    internal static FileDescriptor Open(string path)
    {
        try
        {
            return FileDescriptor.OpenReadWrite(path);
        }
        catch (PosixException e)
        {
            throw new PosixException("open " + path, e.Errno, Advice(path, e.Errno));
        }
    }

    static string Advice(string path, int errno) => errno switch
    {
        Errno.EACCES or Errno.EPERM => "it takes root",
        _ when !File.Exists("/proc/xen/capabilities") && !Directory.Exists("/sys/hypervisor/properties") =>
            "is this a Xen dom0? /sys/hypervisor says that it runs on no hypervisor",
        _ => $"is this a Xen dom0 (/proc/xen/capabilities says control_d), and is the module of {path} loaded (modprobe {Module(path)})?",
    };

    static string Module(string path) => "xen-" + Path.GetFileName(path) switch
    {
        "hypercall" => "privcmd",
        "xenbus_backend" => "xenbus",
        var name => name,
    };
}
