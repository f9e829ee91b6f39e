using System.Globalization;
using System.Text;

namespace XenConsoled.Lines;

/// <summary>
/// Formats a log. As in C xenconsoled a time precedes the first byte of a line, and carriage returns right after a line feed are dropped
/// then. Unlike C xenconsoled, each log knows by itself where a line begins. Formatting the same bytes again gives the same result.
/// </summary>
static class LogLines
{
    const byte Escape = 0x1B;

    /// <summary>Formats bytes, and returns the place of the next one.</summary>
    /// <param name="stamp">The beginning of a line, with the space after it.</param>
    internal static LogPlace Format(ReadOnlySpan<byte> bytes, LogPlace place, LogFormat format, ReadOnlySpan<byte> stamp, List<byte> into)
    {
        int from = into.Count;
        if (format.HasTimestamps)
            place = AddStamped(bytes, place, stamp, into);
        else
        {
            into.AddRange(bytes);
            place = bytes.IsEmpty ? place : bytes[^1] == (byte)'\n' ? LogPlace.LineStart : LogPlace.Middle;
        }
        if (format.ReplacesEscape)
            System.Runtime.InteropServices.CollectionsMarshal.AsSpan(into)[from..].Replace(Escape, (byte)'.');
        return place;
    }

    static LogPlace AddStamped(ReadOnlySpan<byte> bytes, LogPlace place, ReadOnlySpan<byte> stamp, List<byte> into)
    {
        while (!bytes.IsEmpty)
        {
            if (place == LogPlace.LineStart)
            {
                bytes = bytes.TrimStart((byte)'\r');
                if (bytes.IsEmpty)
                    break;
                into.AddRange(stamp);
            }
            int end = bytes.IndexOf((byte)'\n');
            var line = end < 0 ? bytes : bytes[..(end + 1)];
            into.AddRange(line);
            place = end < 0 ? LogPlace.Middle : LogPlace.LineStart;
            bytes = bytes[line.Length..];
        }
        return place;
    }

    /// <summary>The same, with a line of its own about lost bytes first; 0: no bytes were lost.</summary>
    internal static LogPlace Format(ulong lost, ReadOnlySpan<byte> bytes, LogPlace place, LogFormat format, DateTime time, List<byte> into)
    {
        byte[] stamp = Stamp(time);
        if (lost == 0)
            return Format(bytes, place, format, stamp, into);
        into.AddRange([.. place == LogPlace.Middle ? "\n"u8 : [], .. format.HasTimestamps ? stamp : [],
            .. Encoding.ASCII.GetBytes($"[xenconsoled: {lost} bytes lost]\n")]);
        return Format(bytes, LogPlace.LineStart, format, stamp, into);
    }

    /// <summary>The first line of a log.</summary>
    internal static byte[] Opened(DateTime time) => [.. Stamp(time), .. "Logfile Opened\n"u8];

    /// <summary>The beginning of a line that is written at a local time.</summary>
    internal static byte[] Stamp(DateTime time) =>
        Encoding.ASCII.GetBytes(time.ToString("'['yyyy-MM-dd HH:mm:ss'] '", CultureInfo.InvariantCulture));
}
