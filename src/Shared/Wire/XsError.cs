namespace Xen.Wire;

/// <summary>The errors that have a name on the wire (xs_wire.h, xsd_errors), in that table's order; <see cref="None"/> is success.</summary>
public enum XsError : byte
{
#pragma warning disable CS1591 // The names are POSIX's own.
    None, EINVAL, EACCES, EEXIST, EISDIR, ENOENT, ENOMEM, ENOSPC, EIO, ENOTEMPTY, ENOSYS, EROFS, EBUSY, EAGAIN, EISCONN, E2BIG, EPERM,
#pragma warning restore CS1591
}

/// <summary>The one table between errors and their names on the wire.</summary>
public static class XsErrors
{
    static readonly byte[][] Names = [.. Enum.GetNames<XsError>().Select(name => System.Text.Encoding.ASCII.GetBytes(name + "\0"))];

    /// <summary>The payload of an ERROR reply: the name and its NUL.</summary>
    public static ReadOnlySpan<byte> Payload(this XsError error) => Names[(int)error];

    /// <summary>The error that a payload names. A name that is not in the table reads as EINVAL, as libxenstore does.</summary>
    public static XsError Parse(ReadOnlySpan<byte> payload)
    {
        for (int i = 1; i < Names.Length; i++)
            if (payload.SequenceEqual(Names[i]))
                return (XsError)i;
        return XsError.EINVAL;
    }
}
