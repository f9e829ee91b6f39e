namespace Xen.Protocol.Wire;

/// <summary>
/// The errors that have a name on the wire (xs_wire.h, xsd_errors). Each has the number of the errno of its name (asm-generic/errno.h),
/// which is the same on every machine that runs Xen. <see cref="None"/> is success.
/// </summary>
public enum XsError : byte
{
#pragma warning disable CS1591 // The names are POSIX's own.
    None = 0, EINVAL = 22, EACCES = 13, EEXIST = 17, EISDIR = 21, ENOENT = 2, ENOMEM = 12, ENOSPC = 28, EIO = 5, ENOTEMPTY = 39,
    ENOSYS = 38, EROFS = 30, EBUSY = 16, EAGAIN = 11, EISCONN = 106, E2BIG = 7, EPERM = 1,
#pragma warning restore CS1591
}
