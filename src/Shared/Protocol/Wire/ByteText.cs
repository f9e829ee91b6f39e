using System.Globalization;
using System.Text;

namespace Xen.Protocol.Wire;

/// <summary>
/// Decodes bytes that should be UTF-8 but may not be: names of guests and files. A byte that is not UTF-8 becomes <c>�E9</c>: the
/// replacement character and the byte in hexadecimal. So different bytes give different texts. (Only a name that has the replacement
/// character itself may give the text of another name.)
/// </summary>
public sealed class ByteText : DecoderFallback
{
    /// <summary>Decodes such bytes. It encodes as UTF-8.</summary>
    public static readonly Encoding Encoding = Encoding.GetEncoding("utf-8", EncoderFallback.ReplacementFallback, new ByteText());

    const int MostBytes = 3; // the most bytes that one call of the fallback may get

    ByteText()
    {
    }

    /// <inheritdoc/>
    public override int MaxCharCount => MostBytes * Escaped(0).Length;

    /// <summary>The text for a byte that is not UTF-8.</summary>
    public static string Escaped(byte one) => string.Create(CultureInfo.InvariantCulture, $"\uFFFD{one:X2}");

    /// <inheritdoc/>
    public override DecoderFallbackBuffer CreateFallbackBuffer() => new Escapes();

    sealed class Escapes : DecoderFallbackBuffer
    {
        string text = "";
        int at;

        public override int Remaining => text.Length - at;

        public override bool Fallback(byte[] bytesUnknown, int index)
        {
            (text, at) = (string.Concat(bytesUnknown.Select(Escaped)), 0);
            return text.Length > 0;
        }

        public override char GetNextChar() => at < text.Length ? text[at++] : '\0';

        public override bool MovePrevious()
        {
            if (at == 0)
                return false;
            at--;
            return true;
        }

        public override void Reset() => (text, at) = ("", 0);
    }
}
