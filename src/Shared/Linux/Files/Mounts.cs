namespace Xen.Linux.Files;

/// <summary>Mounts file systems.</summary>
public static unsafe class Mounts
{
    /// <summary>Mounts a file system without a device. Returns 0 or the errno.</summary>
    public static int Mount(string source, string target, string type) =>
        Libc.mount(source, target, type, 0, null) < 0 ? Libc.LastError : 0;
}
