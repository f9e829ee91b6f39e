using System.Runtime.InteropServices;
using XenConsoled.Client;
using XenConsoled.Lines;

namespace XenStored.Fuzz.Targets;

/// <summary>
/// The bytes are a guest's output on its way to a terminal, a log and the journal. In pieces they give the same as byte by byte, the log is
/// as a plain reader makes it, and nothing gets through that a terminal answers.
/// </summary>
sealed class OutputTarget : ITarget
{
    static ReadOnlySpan<byte> Stamp => "[t] "u8;

    readonly List<byte> shown = [], shownBytewise = [], logged = [], wanted = [], lines = [], linesBytewise = [];

    public void Run(ReadOnlySpan<byte> output)
    {
        foreach (var list in new[] { shown, shownBytewise, logged, wanted, lines, linesBytewise })
            list.Clear();
        var (filter, bytewise) = (new EscapeFilter(), new EscapeFilter());
        var (cutter, cutterBytewise) = (new LineCutter(), new LineCutter());
        for (int i = 0; i < output.Length; i++)
        {
            bytewise.Add(output.Slice(i, 1), shownBytewise);
            cutterBytewise.Add(output.Slice(i, 1), line => Keep(line, linesBytewise));
        }
        var place = LogPlace.LineStart;
        int cut;
        for (var rest = output; !rest.IsEmpty; rest = rest[cut..])
        {
            cut = Math.Min(rest[0] % 16 + 1, rest.Length);
            filter.Add(rest[..cut], shown);
            place = LogLines.Format(rest[..cut], place, new(true, true), Stamp, logged);
            cutter.Add(rest[..cut], line => Keep(line, lines));
        }
        Log(output);
        Same(shownBytewise, shown, "a terminal's bytes");
        Same(linesBytewise, lines, "lines");
        Same(wanted, logged, "the log");
        CheckShown();
    }

    public void Dispose() { }

    static void Same(List<byte> wanted, List<byte> got, string what) =>
        Differs.From(CollectionsMarshal.AsSpan(wanted), CollectionsMarshal.AsSpan(got), what);

    static void Keep(ReadOnlySpan<byte> line, List<byte> into)
    {
        into.AddRange(line);
        into.Add((byte)'\n');
        foreach (char one in LineCutter.Shown(line))
            Differs.Unless(!char.IsControl(one) || one == '\t', "a control character in the journal");
    }

    void Log(ReadOnlySpan<byte> output)
    {
        bool isStart = true;
        foreach (byte one in output)
        {
            if (isStart && one == '\r')
                continue;
            if (isStart)
                wanted.AddRange(Stamp);
            wanted.Add(one == 0x1B ? (byte)'.' : one);
            isStart = one == '\n';
        }
    }

    // What makes a terminal answer: ESC [ … and one of c n q t p x, ESC with a string's begin or Z, ENQ. Of two ESC the second counts.
    void CheckShown()
    {
        for (int at = 0; at < shown.Count; at++)
        {
            CheckControl(at);
            if (shown[at] != 0x1B || at + 1 == shown.Count)
                continue;
            byte next = shown[at + 1];
            Differs.Unless(!"]PX^_Z"u8.Contains(next), "a string for a terminal");
            if (next != '[')
                continue;
            int end = at + 2;
            while (end < shown.Count && shown[end] is < 0x40 or > 0x7E)
                end++;
            Differs.Unless(end == shown.Count || !"cnqtpx"u8.Contains(shown[end]), "a question to a terminal");
        }
    }

    // 0x80 to 0x9F are control characters of eight bits, unless they are parts of a character in UTF-8: behind a first byte that so many
    // follow. C2 is no such byte, because with it they are the same control characters.
    void CheckControl(int at)
    {
        byte one = shown[at];
        Differs.Unless(one >= 0x20 ? one != 0x7F : "\a\b\t\n\v\f\r\e"u8.Contains(one), "a control character for a terminal");
        if (one is < 0x80 or >= 0xA0)
            return;
        int first = at;
        while (first >= 0 && shown[first] is >= 0x80 and < 0xC0)
            first--;
        int most = first < 0 ? 0 : shown[first] switch { < 0xC3 or > 0xF4 => 0, < 0xE0 => 1, < 0xF0 => 2, _ => 3 };
        Differs.Unless(at - first <= most, "a control character of eight bits for a terminal");
    }
}
