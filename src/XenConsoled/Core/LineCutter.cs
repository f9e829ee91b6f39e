using System.Text;

namespace XenConsoled.Core;

/// <summary>
/// Cuts a console's bytes into lines of text that are fit to be shown: no control characters, and not longer than 2,000 bytes.
/// </summary>
sealed class LineCutter
{
    const int MostOfLine = 2000;

    readonly byte[] line = new byte[MostOfLine];
    int length;

    /// <summary>Adds bytes and calls for each line that they complete.</summary>
    internal void Add(ReadOnlySpan<byte> bytes, Action<string> whole)
    {
        foreach (byte one in bytes)
        {
            if (one == '\n' || length == MostOfLine)
                End(whole);
            if (one is not ((byte)'\n' or (byte)'\r'))
                line[length++] = one;
        }
    }

    /// <summary>Ends a line that was begun.</summary>
    internal void End(Action<string> whole)
    {
        if (length > 0)
            whole(Shown(Encoding.UTF8.GetString(line, 0, length)));
        length = 0;
    }

    static string Shown(string text)
    {
        var shown = new StringBuilder(text.Length);
        foreach (char character in text)
            shown.Append(char.IsControl(character) && character != '\t' ? '.' : character);
        return shown.ToString();
    }
}
