using System.Buffers.Text;
using System.Globalization;

namespace Xen.Protocol.Wire;

/// <summary>
/// Reads the NUL-terminated arguments of a payload one after the other. Every <c>Try</c> method returns false if the payload does not have
/// what was asked for. None throws, and none reads past the payload.
/// </summary>
public ref struct PayloadReader(ReadOnlySpan<byte> payload)
{
    ReadOnlySpan<byte> rest = payload;

    /// <summary>The bytes that have not been read yet.</summary>
    public readonly ReadOnlySpan<byte> Rest => rest;

    /// <summary>The number of NULs in the rest, which is the number of whole arguments.</summary>
    public readonly int Count => rest.Count((byte)0);

    /// <summary>Reads the only argument of the rest. False: the rest does not have exactly one NUL as its last byte.</summary>
    public readonly bool TryOnly(out ReadOnlySpan<byte> argument)
    {
        int end = rest.IndexOf((byte)0);
        argument = end < 0 ? default : rest[..end];
        return end >= 0 && end == rest.Length - 1;
    }

    /// <summary>The next argument, without its NUL.</summary>
    public bool TryNext(out ReadOnlySpan<byte> argument)
    {
        int end = rest.IndexOf((byte)0);
        if (end < 0)
        {
            argument = default;
            return false;
        }
        argument = rest[..end];
        rest = rest[(end + 1)..];
        return true;
    }

    /// <summary>Reads a decimal domid: digits only, at most 65535. The empty text is 0, as with strtoul.</summary>
    public static bool TryDomid(ReadOnlySpan<byte> text, out ushort domid)
    {
        domid = 0;
        if (text.IsEmpty)
            return true;
        return Utf8Parser.TryParse(text, out domid, out int used) && used == text.Length && text[0] != '+';
    }

    /// <summary>The next argument as a domid.</summary>
    public bool TryNextDomid(out ushort domid)
    {
        domid = 0;
        return TryNext(out var text) && TryDomid(text, out domid);
    }

    /// <summary>
    /// Reads a number: digits only, at most 2^31 - 1. (With atoi a wrong text would become 0, which may mean "no limit".)
    /// </summary>
    public static bool TryNumber(ReadOnlySpan<byte> text, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    /// <summary>
    /// Reads a number as C's atoi does: leading blanks, a sign, then digits. It ignores what follows; without digits the result is 0. The
    /// result is clamped to the range of an int.
    /// </summary>
    public static int Atoi(ReadOnlySpan<byte> text)
    {
        text = text.TrimStart(" \t\n\v\f\r"u8);
        bool negative = !text.IsEmpty && text[0] == '-';
        if (!text.IsEmpty && text[0] is (byte)'-' or (byte)'+')
            text = text[1..];
        long value = 0;
        foreach (byte digit in text)
        {
            if (digit is < (byte)'0' or > (byte)'9')
                break;
            value = Math.Min(value * 10 + (digit - '0'), int.MaxValue + 1L);
        }
        return (int)Math.Clamp(negative ? -value : value, int.MinValue, int.MaxValue);
    }
}
