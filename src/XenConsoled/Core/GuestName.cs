using System.Buffers;
using System.Globalization;
using System.Text;
using Xen.Protocol.Wire;

namespace XenConsoled.Core;

/// <summary>
/// A domain's name as text. To Xen a name is bytes. Here a name is shown, typed, written into JSON and used in file names.
/// A byte that is not UTF-8 or is a control character becomes <c>�E9</c>: the replacement character and the byte in hexadecimal. The
/// replacement character itself is escaped in the same way. So names that differ have texts that differ, and most names stay as they are.
/// </summary>
static class GuestName
{
    const char Mark = '\uFFFD';

    // The toolstack appends this to a guest's name on the sending host when a migration is complete.
    const string MigratedAway = "--migratedaway";

    /// <summary>
    /// The guest's name without the suffix of a migration. When a migration is over, the toolstack renames the domain that is left, then
    /// ends it.
    /// </summary>
    internal static string Lasting(string name) =>
        name.EndsWith(MigratedAway, StringComparison.Ordinal) && name.Length > MigratedAway.Length ? name[..^MigratedAway.Length] : name;

    /// <summary>The text of a name.</summary>
    internal static string Of(ReadOnlySpan<byte> name)
    {
        var text = new StringBuilder();
        while (!name.IsEmpty)
        {
            bool isShown = Rune.DecodeFromUtf8(name, out var rune, out int length) == OperationStatus.Done
                && !Rune.IsControl(rune) && rune != Rune.ReplacementChar;
            if (isShown)
                text.Append(rune.ToString());
            else
                foreach (byte one in name[..length])
                    text.Append(ByteText.Escaped(one));
            name = name[length..];
        }
        return text.ToString();
    }

    /// <summary>
    /// A text of at most this many bytes of UTF-8. A longer text is cut, and ends in <c>�~</c> and a checksum of the whole text.
    /// </summary>
    internal static string Fitted(string text, int most)
    {
        if (Encoding.UTF8.GetByteCount(text) <= most)
            return text;
        string end = string.Create(CultureInfo.InvariantCulture, $"{Mark}~{Sum(text):x16}");
        var start = new StringBuilder(text);
        while (Encoding.UTF8.GetByteCount(start.ToString()) + Encoding.UTF8.GetByteCount(end) > most)
            start.Length--;
        if (start.Length > 0 && char.IsHighSurrogate(start[^1]))
            start.Length--; // no half of a surrogate pair
        return start + end;
    }

    // FNV-1a. .NET's own hashes need OpenSSL or differ between processes.
    static ulong Sum(string text)
    {
        ulong sum = 0xCBF29CE484222325;
        foreach (byte one in Encoding.UTF8.GetBytes(text))
            sum = (sum ^ one) * 0x100000001B3;
        return sum;
    }
}
