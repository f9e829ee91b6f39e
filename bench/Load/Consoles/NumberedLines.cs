using System.Globalization;
using System.Text;

namespace Load.Consoles;

/// <summary>An endless text of numbered lines of 80 bytes, so that a log can be checked; the numbers begin again after 100,000.</summary>
sealed class NumberedLines
{
    public const int LineLength = 80;
    const int Lines = 100_000;
    readonly byte[] text = new byte[Lines * LineLength];

    public NumberedLines()
    {
        for (int i = 0; i < Lines; i++)
        {
            string line = i.ToString("D8", CultureInfo.InvariantCulture).PadRight(LineLength - 1, '.') + '\n';
            Encoding.ASCII.GetBytes(line, text.AsSpan(i * LineLength));
        }
    }

    /// <summary>At most so many bytes of the text from a position on; fewer at its turn only.</summary>
    public ReadOnlySpan<byte> At(long position, int most)
    {
        int at = (int)(position % text.Length);
        return text.AsSpan(at, Math.Min(most, text.Length - at));
    }

    /// <summary>How many bytes at the start of a file are those of the text.</summary>
    public long MatchIn(string file)
    {
        using var stream = File.OpenRead(file);
        byte[] block = new byte[1 << 16];
        long position = 0;
        int n;
        while ((n = stream.Read(block)) > 0)
        {
            for (int done = 0; done < n;)
            {
                var expected = At(position, n - done);
                int same = expected.CommonPrefixLength(block.AsSpan(done, expected.Length));
                position += same;
                done += same;
                if (same < expected.Length)
                    return position;
            }
        }
        return position;
    }
}
