using System.Text;

namespace XenConsoled.Lines;

/// <summary>Cuts a console's bytes into lines of at most 2,000 bytes.</summary>
sealed class LineCutter
{
    const int MostOfLine = 2000;

    readonly byte[] line = new byte[MostOfLine];
    int length;

    /// <summary>Adds bytes and calls back for each line that they complete.</summary>
    internal void Add(ReadOnlySpan<byte> bytes, Action<ReadOnlySpan<byte>> whole)
    {
        foreach (byte one in bytes)
        {
            if (one == '\n' || length == MostOfLine)
                End(whole);
            if (one is not ((byte)'\n' or (byte)'\r'))
                line[length++] = one;
        }
    }

    /// <summary>Ends an unfinished line.</summary>
    internal void End(Action<ReadOnlySpan<byte>> whole)
    {
        if (length > 0)
            whole(line.AsSpan(0, length));
        length = 0;
    }

    /// <summary>A line as text that is safe to show: each control character except the tab becomes a dot.</summary>
    internal static string Shown(ReadOnlySpan<byte> line)
    {
        string text = Encoding.UTF8.GetString(line);
        var shown = new StringBuilder(text.Length);
        foreach (char character in text)
            shown.Append(char.IsControl(character) && character != '\t' ? '.' : character);
        return shown.ToString();
    }
}
