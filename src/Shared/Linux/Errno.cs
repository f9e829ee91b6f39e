namespace Xen.Linux;

/// <summary>The errno values that the daemons distinguish (asm-generic/errno.h; equal on every machine that runs Xen).</summary>
public static class Errno
{
#pragma warning disable CS1591 // The names are POSIX's own.
    public const int EPERM = 1, E2BIG = 7, ENOENT = 2, ESRCH = 3, EINTR = 4, EIO = 5, ENXIO = 6, EBADF = 9, EAGAIN = 11, ENOMEM = 12,
        EACCES = 13, EFAULT = 14, EEXIST = 17, EINVAL = 22, EMFILE = 24, EFBIG = 27, ENOSPC = 28, EPIPE = 32, ENOSYS = 38, EADDRINUSE = 98,
        ECONNRESET = 104, ECONNREFUSED = 111;
#pragma warning restore CS1591

    /// <summary>The C library's text for an errno: "No such file or directory".</summary>
    public static string Text(int errno) => System.Runtime.InteropServices.Marshal.GetPInvokeErrorMessage(errno);
}
