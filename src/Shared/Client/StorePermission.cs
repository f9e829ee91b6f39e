using System.Globalization;
using System.Text;
using Xen.Protocol.Permissions;

namespace Xen.Client;

/// <summary>
/// One entry of a node's permissions. The first entry names the owner. Its access is the access of all domains that have no entry.
/// </summary>
/// <param name="Domid">The domain.</param>
/// <param name="Access">What it may do.</param>
public readonly record struct StorePermission(ushort Domid, StoreAccess Access)
{
    /// <summary>The protocol's text for it: <c>r3</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{(char)AccessLetter.Of((int)Access)}{Domid}");

    /// <summary>Reads what <see cref="ToString"/> writes.</summary>
    /// <exception cref="FormatException">It is something else.</exception>
    public static StorePermission Parse(ReadOnlySpan<byte> text)
    {
        int access = 0;
        return !text.IsEmpty && AccessLetter.TryParse(text[0], out access)
            && ushort.TryParse(text[1..], NumberStyles.None, CultureInfo.InvariantCulture, out ushort domid)
            ? new(domid, (StoreAccess)access)
            : throw new FormatException($"{Encoding.UTF8.GetString(text)} is no permission of a node");
    }
}
