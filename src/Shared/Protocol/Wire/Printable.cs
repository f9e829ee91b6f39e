using System.Globalization;
using System.Text;

namespace Xen.Protocol.Wire;

/// <summary>
/// Text of guests and of other programs, as a terminal may show it. What a terminal could obey, or what would show other text in another
/// order, becomes its number: <c>\u001B</c>.
/// </summary>
public static class Printable
{
    const int Enough = 256;

    /// <summary>The text as it may be shown.</summary>
    /// <param name="longest">Longer text is cut after about so many characters: what somebody else sends may have no end.</param>
    public static string Of(string text, int longest = Enough)
    {
        var shown = new StringBuilder();
        foreach (var rune in text.EnumerateRunes()) // half a pair of surrogates comes as U+FFFD
        {
            if (shown.Length >= longest)
                return shown.Append("...").ToString();
            if (IsShown(rune))
                shown.Append(rune.ToString());
            else
                shown.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:X4}");
        }
        return shown.ToString();
    }

    static bool IsShown(Rune rune) => Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse
        or UnicodeCategory.OtherNotAssigned or UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark);
}
