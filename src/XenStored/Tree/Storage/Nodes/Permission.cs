using System.Runtime.InteropServices;
using Xen.Protocol.Permissions;

namespace XenStored.Tree.Storage.Nodes;

/// <summary>
/// One entry of a node's permissions, as it lies in the node's block. The first entry has the owner, and what all domains without an entry
/// may do. Each further entry has what one domain may do.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
readonly record struct Permission(ushort Domid, Access Access, bool IsStale)
{
    /// <summary>Bytes of an entry in a node's block.</summary>
    internal const int Size = 4;

    /// <summary>Bytes of the longest text of an entry: a letter, five digits, a NUL.</summary>
    internal const int LongestText = 7;

    internal Permission(ushort domid, Access access) : this(domid, access, false) { }

    /// <summary>Reads <c>r5</c>. The number is read as strtol with base 0 does: <c>0x5</c> and <c>05</c> are 5.</summary>
    internal static bool TryParse(ReadOnlySpan<byte> text, out Permission permission)
    {
        permission = default;
        if (text.IsEmpty || !AccessLetter.TryParse(text[0], out int access) || !TryNumber(text[1..], out ushort domid))
            return false;
        permission = new(domid, (Access)access);
        return true;
    }

    /// <summary>Writes <c>r5|</c> and returns its length.</summary>
    internal int Write(Span<byte> into)
    {
        into[0] = AccessLetter.Of((int)Access);
        Domid.TryFormat(into[1..], out int digits);
        into[1 + digits] = 0;
        return digits + 2;
    }

    static bool TryNumber(ReadOnlySpan<byte> text, out ushort number)
    {
        number = 0;
        int radix = 10;
        if (text.Length > 2 && text[0] == '0' && (text[1] | 0x20) == 'x')
        {
            radix = 16;
            text = text[2..];
        }
        else if (text.Length > 1 && text[0] == '0')
            radix = 8;
        if (text.IsEmpty)
            return false;
        int value = 0;
        foreach (byte character in text)
        {
            int digit = char.IsAsciiHexDigit((char)character) ? Convert.ToInt32(((char)character).ToString(), 16) : radix;
            if (digit >= radix || (value = value * radix + digit) > ushort.MaxValue)
                return false;
        }
        number = (ushort)value;
        return true;
    }
}
