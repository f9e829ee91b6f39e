using System.Buffers;
using System.Globalization;
using System.Text;
using Xen.Protocol.Wire;

namespace XenConsoled.Core;

/// <summary>
/// A domain's name as text. To Xen a name is bytes; here it is shown, typed, written into JSON and made a file's name. Bytes that are no
/// UTF-8 and control characters become <c>�E9</c>, the replacement character and the byte in hexadecimal, and so does the replacement
/// character itself. Thus two names that differ are two texts, and nearly all names are their own text.
/// </summary>
static class GuestName
{
    const char Mark = '\uFFFD';

    // What the toolstack appends to a guest's name while it migrates: on the host that sends it, when all of it has gone.
    const string MigratedAway = "--migratedaway";

    /// <summary>
    /// The name that a guest has for good: the toolstack gives the domain that a migration leaves behind another one before it ends it.
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

    /// <summary>A text of at most so many bytes of UTF-8: a longer one is cut, and its end is <c>�~</c> and a sum over all of it.</summary>
    internal static string Fitted(string text, int most)
    {
        if (Encoding.UTF8.GetByteCount(text) <= most)
            return text;
        string end = string.Create(CultureInfo.InvariantCulture, $"{Mark}~{Sum(text):x16}");
        var start = new StringBuilder(text);
        while (Encoding.UTF8.GetByteCount(start.ToString()) + Encoding.UTF8.GetByteCount(end) > most)
            start.Length--;
        if (start.Length > 0 && char.IsHighSurrogate(start[^1]))
            start.Length--; // half a character is none
        return start + end;
    }

    // FNV-1a. .NET's own sums need OpenSSL, or are others in each process.
    static ulong Sum(string text)
    {
        ulong sum = 0xCBF29CE484222325;
        foreach (byte one in Encoding.UTF8.GetBytes(text))
            sum = (sum ^ one) * 0x100000001B3;
        return sum;
    }
}
