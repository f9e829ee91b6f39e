using System.Globalization;
using System.Text;

namespace Xen.Posix;

/// <summary>
/// Text of bytes that should be UTF-8 and need not be: names of guests and files. A byte that is none stands as <c>\xe9</c>, so that two texts differ
/// where their bytes do. (Only a name that has these four characters themselves is not told apart.)
/// </summary>
public sealed class ByteText : DecoderFallback
{
    /// <summary>Decodes such bytes. What it encodes is UTF-8.</summary>
    public static readonly Encoding Encoding = Encoding.GetEncoding("utf-8", EncoderFallback.ReplacementFallback, new ByteText(@"\x"));

    /// <summary>The same for bytes that are JSON, in which a backslash is written twice.</summary>
    public static readonly Encoding OfJson = Encoding.GetEncoding("utf-8", EncoderFallback.ReplacementFallback, new ByteText(@"\\x"));

    const int MostBytes = 3; // that one call of the decoder may find to be none
    readonly string mark;

    ByteText(string mark) => this.mark = mark;

    /// <inheritdoc/>
    public override int MaxCharCount => MostBytes * (mark.Length + 2);

    /// <inheritdoc/>
    public override DecoderFallbackBuffer CreateFallbackBuffer() => new Escapes(mark);

    sealed class Escapes(string mark) : DecoderFallbackBuffer
    {
        string text = "";
        int at;

        public override int Remaining => text.Length - at;

        public override bool Fallback(byte[] bytesUnknown, int index)
        {
            (text, at) = (string.Concat(bytesUnknown.Select(one => mark + one.ToString("x2", CultureInfo.InvariantCulture))), 0);
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
