using System.Text;

namespace Xen.Protocol.Wire;

/// <summary>The one table between errors, their names on the wire and the kernel's numbers.</summary>
public static class XsErrors
{
    // The payloads by the error's number; empty for a number that has no name on the wire.
    static readonly byte[][] Names = [.. Enumerable.Range(0, (int)Enum.GetValues<XsError>().Max() + 1).Select(PayloadOf)];

    /// <summary>The payload of an ERROR reply: the name and its NUL.</summary>
    public static ReadOnlySpan<byte> Payload(this XsError error) => Names[(int)error];

    /// <summary>The error that a payload names. A name that is not in the table reads as EINVAL, as libxenstore does.</summary>
    public static XsError Parse(ReadOnlySpan<byte> payload)
    {
        for (int i = 1; i < Names.Length; i++)
            if (payload.Length > 0 && payload.SequenceEqual(Names[i]))
                return (XsError)i;
        return XsError.EINVAL;
    }

    /// <summary>
    /// The error that reports an errno to clients. An errno without a name on the wire becomes EINVAL, as in C xenstored.
    /// </summary>
    /// <param name="errno">The kernel's errno; 0 for success.</param>
    public static XsError OfErrno(int errno) => IsNamed(errno) ? (XsError)errno : XsError.EINVAL;

    static bool IsNamed(int errno) => errno is >= 0 and <= byte.MaxValue && Enum.IsDefined((XsError)errno);

    static byte[] PayloadOf(int errno) => errno > 0 && IsNamed(errno) ? Encoding.ASCII.GetBytes($"{(XsError)errno}\0") : [];
}
