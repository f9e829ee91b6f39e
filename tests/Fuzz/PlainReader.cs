using System.Globalization;
using Xen.Protocol.Wire;
using XenStored.Tree.Storage.Nodes;

namespace XenStored.Fuzz;

/// <summary>Reads what clients send as the protocol's documents say it, slowly and plainly.</summary>
static class PlainReader
{
    /// <summary>Longer texts are not asked about: they are no numbers, and these readers are slow.</summary>
    internal const int LongestNumber = 24;

    const string PathCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-/_@";

    static readonly bool[] IsOfPath = [.. Enumerable.Range(0, 256).Select(one => PathCharacters.Contains((char)one))];

    internal static (Frame Frame, int Size) Frame(ReadOnlySpan<byte> stream)
    {
        if (stream.Length < 16)
            return (Xen.Protocol.Wire.Frame.Incomplete, 16);
        long length = stream[12] + 256L * stream[13] + 65536L * stream[14] + 16777216L * stream[15];
        return length > 4096 ? (Xen.Protocol.Wire.Frame.Violation, 0)
            : stream.Length < 16 + length ? (Xen.Protocol.Wire.Frame.Incomplete, 16 + (int)length)
            : (Xen.Protocol.Wire.Frame.Whole, 16 + (int)length);
    }

    /// <summary>A domid; null if the text is none.</summary>
    internal static int? Domid(string text) =>
        text.All(char.IsAsciiDigit) && Value(text, 10) is var value && value <= 65535 ? (int)value : null;

    /// <summary>A number without a sign; null if the text is none.</summary>
    internal static int? Number(string text) =>
        text.Length > 0 && text.All(char.IsAsciiDigit) && Value(text, 10) is var value && value <= int.MaxValue ? (int)value : null;

    /// <summary>As C's atoi, but it stays within an int.</summary>
    internal static int Atoi(string text)
    {
        text = text.TrimStart(' ', '\t', '\n', '\v', '\f', '\r');
        bool isNegative = text.StartsWith('-');
        if (isNegative || text.StartsWith('+'))
            text = text[1..];
        decimal value = Value(string.Concat(text.TakeWhile(char.IsAsciiDigit)), 10);
        return (int)Math.Clamp(isNegative ? -value : value, int.MinValue, int.MaxValue);
    }

    /// <summary>An entry of permissions: its access and its domain; null if the text is none.</summary>
    internal static string? Permission(string text)
    {
        int letter = text.Length < 2 ? -1 : "nrwb".IndexOf(text[0]);
        if (letter < 0)
            return null;
        string digits = text[1..];
        decimal? number = digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
            ? digits.Length > 2 && digits[2..].All(char.IsAsciiHexDigit) ? Value(digits[2..], 16) : null
            : digits[0] == '0' ? digits.All(digit => digit is >= '0' and < '8') ? Value(digits, 8) : null
            : digits.All(char.IsAsciiDigit) ? Value(digits, 10) : null;
        return number is { } domid && domid <= 65535
            ? (Access)letter + domid.ToString(CultureInfo.InvariantCulture)
            : null;
    }

    internal static bool IsPath(ReadOnlySpan<byte> text)
    {
        for (int i = 0; i < text.Length; i++)
            if (!IsOfPath[text[i]] || text[i] == '/' && i > 0 && (text[i - 1] == '/' || i == text.Length - 1))
                return false;
        return text.Length > 0;
    }

    static decimal Value(string digits, int radix) =>
        digits.Aggregate(0m, (value, digit) => value * radix + "0123456789abcdef".IndexOf(char.ToLowerInvariant(digit)));
}
