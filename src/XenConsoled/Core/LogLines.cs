using System.Globalization;
using System.Text;

namespace XenConsoled.Core;

/// <summary>
/// Formats a log. As with C xenconsoled a time is put before the first byte of a line, and then carriage returns right after a line feed
/// are dropped; unlike with it, where a line begins is known for each log by itself. Deterministic: a chunk formatted again gives the same
/// bytes.
/// </summary>
static class LogLines
{
    const byte Escape = 0x1B;

    /// <summary>Formats bytes and answers where the next one stands.</summary>
    /// <param name="stamp">What begins a line, the space after it included.</param>
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

    /// <summary>The same after a loss, which is told in a line of its own; 0: nothing is missing before the bytes.</summary>
    internal static LogPlace Format(ulong lost, ReadOnlySpan<byte> bytes, LogPlace place, LogFormat format, DateTime time, List<byte> into)
    {
        byte[] stamp = Stamp(time);
        if (lost == 0)
            return Format(bytes, place, format, stamp, into);
        into.AddRange([.. place == LogPlace.Middle ? "\n"u8 : [], .. format.HasTimestamps ? stamp : [],
            .. Encoding.ASCII.GetBytes($"[xenconsoled: {lost} bytes lost]\n")]);
        return Format(bytes, LogPlace.LineStart, format, stamp, into);
    }

    /// <summary>The line with which a log begins.</summary>
    internal static byte[] Opened(DateTime time) => [.. Stamp(time), .. "Logfile Opened\n"u8];

    /// <summary>What begins a line written at a local time.</summary>
    internal static byte[] Stamp(DateTime time) =>
        Encoding.ASCII.GetBytes(time.ToString("'['yyyy-MM-dd HH:mm:ss'] '", CultureInfo.InvariantCulture));
}
