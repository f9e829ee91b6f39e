namespace XenConsoled.Client;

/// <summary>
/// Lets a guest's output move the cursor, set colours and clear this terminal, and nothing else.
/// Other sequences make a terminal answer as if the user typed, rename its window, fill the clipboard or send files. A guest could use
/// them to reach dom0, so they are left out. Output may come in pieces. A sequence that is too long is dropped.
/// </summary>
sealed class EscapeFilter
{
    const byte Escape = 0x1B, Bell = 0x07, Cancel = 0x18, Substitute = 0x1A;
    const int MostOfSequence = 64, MostOfString = 4096;
    const string HarmlessControl = "\a\b\t\n\v\f\r";
    const string HarmlessAfterEscape = "78DEHM=>c";
    const string HarmlessFinal = "@ABCDEFGHIJKLMPSTXZ`adefmrsu";
    const string CharacterSets = "()*+"; // followed by one byte that names the set
    static readonly string[] HarmlessModes = ["1", "4", "5", "6", "7", "12", "20", "25", "45", "47", "66", "1047", "1048", "1049"];
    static readonly string[] OtherScreens = ["47", "1047", "1049"];

    enum Within { Text, Escaped, Control, CharacterSet, String, StringEscaped }

    readonly List<byte> sequence = [];
    Within place;
    int stringLength, following;
    bool isAfterC2;

    /// <summary>The guest has switched the terminal to its alternate screen.</summary>
    internal bool IsOnOtherScreen { get; private set; }

    /// <summary>Adds the harmless part of some output to a list.</summary>
    internal void Add(ReadOnlySpan<byte> bytes, List<byte> into)
    {
        foreach (byte one in bytes)
            Add(one, into);
    }

    void Add(byte one, List<byte> into)
    {
        if (place == Within.Text)
        {
            if (one == Escape)
                Begin(one);
            else
                AddText(one, into);
            return;
        }
        if (place is Within.String or Within.StringEscaped)
        {
            AddToString(one, into);
            return;
        }
        if (one is Cancel or Substitute || sequence.Count >= MostOfSequence)
            place = Within.Text;
        else if (one == Escape)
            Begin(one);
        else
        {
            sequence.Add(one);
            place = Next(one, into);
        }
    }

    // On a terminal of eight bits, 0x80 to 0x9F are control characters, and some of them begin sequences: they pass only as parts of a
    // UTF-8 character. U+0080 to U+009F are the same control characters in UTF-8.
    void AddText(byte one, List<byte> into)
    {
        if (isAfterC2)
        {
            isAfterC2 = false;
            if (one is >= 0x80 and < 0xA0)
                return;
            into.Add(0xC2);
            following = one is >= 0xA0 and < 0xC0 ? 1 : 0;
        }
        if (one is >= 0x80 and < 0xC0)
        {
            if (following > 0 || one >= 0xA0)
                into.Add(one);
            following = Math.Max(following - 1, 0);
            return;
        }
        following = one switch { >= 0xC3 and < 0xE0 => 1, >= 0xE0 and < 0xF0 => 2, >= 0xF0 and < 0xF5 => 3, _ => 0 };
        if (one == 0xC2)
            isAfterC2 = true;
        else if (one >= 0x20 && one != 0x7F || HarmlessControl.Contains((char)one, StringComparison.Ordinal))
            into.Add(one);
    }

    // Strings (OSC, DCS, APC, PM and SOS) are left out to their end, or until they are too long.
    void AddToString(byte one, List<byte> into)
    {
        if (place == Within.StringEscaped && one != (byte)'\\')
        {
            Begin(Escape);
            Add(one, into);
        }
        else if (one is Bell or Cancel or Substitute || place == Within.StringEscaped || ++stringLength > MostOfString)
            place = Within.Text;
        else if (one == Escape)
            place = Within.StringEscaped;
    }

    void Begin(byte one)
    {
        isAfterC2 = false;
        following = 0;
        sequence.Clear();
        sequence.Add(one);
        place = Within.Escaped;
    }

    Within Next(byte one, List<byte> into)
    {
        switch (place)
        {
            case Within.Escaped when one == '[':
                return Within.Control;
            case Within.Escaped when "]PX^_".Contains((char)one, StringComparison.Ordinal):
                stringLength = 0;
                return Within.String;
            case Within.Escaped when CharacterSets.Contains((char)one, StringComparison.Ordinal):
                return Within.CharacterSet;
            case Within.Escaped:
                return End(HarmlessAfterEscape.Contains((char)one, StringComparison.Ordinal), into);
            case Within.CharacterSet:
                return End(one is >= 0x30 and < 0x7F, into);
            default:
                return one is < 0x40 or > 0x7E ? Within.Control : End(IsHarmless(one), into);
        }
    }

    Within End(bool isHarmless, List<byte> into)
    {
        if (isHarmless)
            into.AddRange(sequence);
        return Within.Text;
    }

    // ESC [ parameters final. Parameters are digits and semicolons only, except the modes that begin with ?.
    bool IsHarmless(byte final)
    {
        string parameters = System.Text.Encoding.Latin1.GetString(sequence.ToArray(), 2, sequence.Count - 3);
        if (final is not ((byte)'h' or (byte)'l'))
            return HarmlessFinal.Contains((char)final, StringComparison.Ordinal)
                && parameters.All(character => char.IsAsciiDigit(character) || character is ';' or ':');
        string[] modes = parameters.TrimStart('?').Split(';');
        if (!modes.All(mode => HarmlessModes.Contains(mode)))
            return false;
        if (modes.Any(mode => OtherScreens.Contains(mode)))
            IsOnOtherScreen = final == (byte)'h';
        return true;
    }
}
