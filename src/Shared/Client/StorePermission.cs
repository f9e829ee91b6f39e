using System.Globalization;
using System.Text;

namespace Xen.Client;

/// <summary>
/// One entry of a node's permissions. The first entry names the owner. Its access is the access of all domains that have no entry.
/// </summary>
/// <param name="Domid">The domain.</param>
/// <param name="Access">What it may do.</param>
public readonly record struct StorePermission(ushort Domid, StoreAccess Access)
{
    const string Letters = "nrwb";

    /// <summary>The protocol's text for it: <c>r3</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Letters[(int)Access]}{Domid}");

    /// <summary>Reads what <see cref="ToString"/> writes.</summary>
    /// <exception cref="FormatException">It is something else.</exception>
    public static StorePermission Parse(ReadOnlySpan<byte> text)
    {
        int access = text.IsEmpty ? -1 : Letters.IndexOf((char)text[0], StringComparison.Ordinal);
        return access >= 0 && ushort.TryParse(text[1..], NumberStyles.None, CultureInfo.InvariantCulture, out ushort domid)
            ? new(domid, (StoreAccess)access)
            : throw new FormatException($"{Encoding.UTF8.GetString(text)} is no permission of a node");
    }
}
