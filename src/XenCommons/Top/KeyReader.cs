using System.Text;

namespace XenCommons.Top;

/// <summary>Reads keys from what a terminal sends for them. An escape sequence may come in pieces.</summary>
sealed class KeyReader
{
    const int LongestSequence = 16; // a longer one is none

    readonly Decoder decoder = Encoding.UTF8.GetDecoder();
    readonly StringBuilder sequence = new();

    /// <summary>Whether bytes end with ESC: it is a key, or begins the sequence of one, of which more comes at once.</summary>
    internal static bool MayGoOn(ReadOnlySpan<byte> bytes) => bytes is [.., (byte)'\e'];

    /// <summary>The keys that some bytes complete.</summary>
    /// <param name="goesOn">More bytes have come already. So an ESC at the end is no key.</param>
    internal List<TopKey> Read(ReadOnlySpan<byte> bytes, bool goesOn = false)
    {
        char[] characters = new char[bytes.Length + 1];
        int count = decoder.GetChars(bytes, characters, flush: false);
        var keys = new List<TopKey>();
        foreach (char character in characters.AsSpan(0, count))
            Take(character, keys);
        if (sequence.Length == 1 && !goesOn) // the key itself: of a sequence there would be more
        {
            keys.Add(TopKey.Escape);
            sequence.Clear();
        }
        return keys;
    }

    void Take(char character, List<TopKey> keys)
    {
        if (character == '\e')
        {
            if (sequence.Length > 0)
                keys.Add(TopKey.Escape);
            sequence.Clear().Append(character);
            return;
        }
        if (sequence.Length == 0)
        {
            keys.Add(Of(character));
            return;
        }
        sequence.Append(character);
        if (!IsOver())
            return;
        keys.Add(Named(sequence.ToString(1, sequence.Length - 1)));
        sequence.Clear();
    }

    // ESC O X, or ESC [ with parameters up to a letter or ~; anything else after ESC is one key with Alt.
    bool IsOver() => sequence[1] switch
    {
        'O' => sequence.Length == 3,
        '[' => sequence.Length > 2 && sequence[^1] is >= '@' and <= '~' || sequence.Length >= LongestSequence,
        _ => true,
    };

    static TopKey Of(char character) => character switch
    {
        '\n' => TopKey.Enter,
        '\b' => TopKey.Erase,
        _ => new(character),
    };

    static TopKey Named(string sequence) => sequence switch
    {
        "[A" or "OA" => TopKey.Up,
        "[B" or "OB" => TopKey.Down,
        "[5~" => TopKey.PageUp,
        "[6~" => TopKey.PageDown,
        "[H" or "OH" or "[1~" or "[7~" => TopKey.First,
        "[F" or "OF" or "[4~" or "[8~" => TopKey.Last,
        _ => TopKey.Unknown,
    };
}
