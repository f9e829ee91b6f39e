namespace XenConsoled.Client;

/// <summary>
/// Lets a guest's output move the cursor, colour and clear this terminal, and nothing else. A terminal can be asked to answer as if it were typed to,
/// to rename its window, to fill the clipboard or to send files: such sequences are a guest's way into dom0, and are left out.
/// State is kept over pieces; a sequence that goes on too long is dropped.
/// </summary>
sealed class EscapeFilter
{
    const byte Escape = 0x1B, Bell = 0x07, Cancel = 0x18, Substitute = 0x1A;
    const int MostOfSequence = 64;
    const string HarmlessControl = "\a\b\t\n\v\f\r";
    const string HarmlessAfterEscape = "78DEHM=>c";
    const string HarmlessFinal = "@ABCDEFGHIJKLMPSTXZ`adefmrsu";
    const string CharacterSets = "()*+"; // followed by one byte that names the set
    static readonly string[] HarmlessModes = ["1", "4", "5", "6", "7", "12", "20", "25", "45", "47", "66", "1047", "1048", "1049"];

    enum Place { Text, Escaped, Control, CharacterSet, String, StringEscaped, AfterC2 }

    readonly List<byte> sequence = [];
    Place place;

    /// <summary>Adds the harmless part of some output to a list.</summary>
    internal void Add(ReadOnlySpan<byte> bytes, List<byte> into)
    {
        foreach (byte one in bytes)
            Add(one, into);
    }

    void Add(byte one, List<byte> into)
    {
        switch (place)
        {
            case Place.AfterC2 when one is >= 0x80 and < 0xA0: // U+0080 to U+009F: control characters that some terminals take for ESC and a letter
                place = Place.Text;
                return;
            case Place.AfterC2:
                into.Add(0xC2);
                place = Place.Text;
                goto case Place.Text;
            case Place.Text:
                if (one == Escape)
                    Begin(one);
                else if (one == 0xC2)
                    place = Place.AfterC2;
                else if (one >= 0x20 && one != 0x7F || HarmlessControl.Contains((char)one, StringComparison.Ordinal))
                    into.Add(one);
                return;
            case Place.String or Place.StringEscaped: // of OSC, DCS, APC, PM, SOS: left out to its end
                bool ends = one is Bell or Cancel or Substitute || place == Place.StringEscaped && one == (byte)'\\';
                place = ends ? Place.Text : one == Escape ? Place.StringEscaped : Place.String;
                return;
        }
        if (one is Cancel or Substitute || sequence.Count >= MostOfSequence)
        {
            place = Place.Text;
            return;
        }
        if (one == Escape)
        {
            Begin(one);
            return;
        }
        sequence.Add(one);
        place = Next(one, into);
    }

    void Begin(byte one)
    {
        sequence.Clear();
        sequence.Add(one);
        place = Place.Escaped;
    }

    Place Next(byte one, List<byte> into)
    {
        switch (place)
        {
            case Place.Escaped when one == '[':
                return Place.Control;
            case Place.Escaped when "]PX^_".Contains((char)one, StringComparison.Ordinal):
                return Place.String;
            case Place.Escaped when CharacterSets.Contains((char)one, StringComparison.Ordinal):
                return Place.CharacterSet;
            case Place.Escaped:
                return End(HarmlessAfterEscape.Contains((char)one, StringComparison.Ordinal), into);
            case Place.CharacterSet:
                return End(one is >= 0x30 and < 0x7F, into);
            default:
                return one is < 0x40 or > 0x7E ? Place.Control : End(IsHarmless(one), into);
        }
    }

    Place End(bool isHarmless, List<byte> into)
    {
        if (isHarmless)
            into.AddRange(sequence);
        return Place.Text;
    }

    // ESC [ parameters final. Parameters of digits and semicolons only, but for the modes that begin with ?.
    bool IsHarmless(byte final)
    {
        string parameters = System.Text.Encoding.Latin1.GetString(sequence.ToArray(), 2, sequence.Count - 3);
        if (final is (byte)'h' or (byte)'l')
            return parameters.TrimStart('?').Split(';').All(mode => HarmlessModes.Contains(mode));
        return HarmlessFinal.Contains((char)final, StringComparison.Ordinal) && parameters.All(character => char.IsAsciiDigit(character) || character is ';' or ':');
    }
}
