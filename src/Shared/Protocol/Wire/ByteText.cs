using System.Globalization;
using System.Text;

namespace Xen.Protocol.Wire;

/// <summary>
/// Text of bytes that should be UTF-8 and need not be: names of guests and files. A byte that is none stands as <c>�E9</c>, the
/// replacement character and its number in hexadecimal, so that two texts differ where their bytes do. (Only a name that has the
/// replacement character itself may look like another one's.)
/// </summary>
public sealed class ByteText : DecoderFallback
{
    /// <summary>Decodes such bytes. What it encodes is UTF-8.</summary>
    public static readonly Encoding Encoding = Encoding.GetEncoding("utf-8", EncoderFallback.ReplacementFallback, new ByteText());

    const int MostBytes = 3; // that one call of the decoder may find to be none

    ByteText()
    {
    }

    /// <inheritdoc/>
    public override int MaxCharCount => MostBytes * Escaped(0).Length;

    /// <summary>How a byte is written that cannot be itself.</summary>
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
