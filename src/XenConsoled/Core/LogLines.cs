namespace XenConsoled.Core;

/// <summary>How bytes of a console become bytes of its log file.</summary>
/// <param name="HasTimestamps">Each line begins with a time.</param>
/// <param name="ReplacesEscape">ESC becomes a dot, so that looking at the file sends no terminal anything.</param>
readonly record struct LogFormat(bool HasTimestamps, bool ReplacesEscape);

/// <summary>
/// Formats a log. As with C xenconsoled a time is put before the first byte of a line, and then carriage returns right after a line feed are
/// dropped; unlike with it, where a line begins is known for each log by itself. Deterministic: a chunk formatted again gives the same bytes.
/// </summary>
static class LogLines
{
    const byte Escape = 0x1B;

    /// <summary>Where the next byte stands: at the beginning of a line at first.</summary>
    internal enum Place : byte
    {
        /// <summary>Right after a line feed, or nowhere yet.</summary>
        LineStart,
        /// <summary>Within a line.</summary>
        Middle,
    }

    /// <summary>Formats bytes and answers where the next one stands.</summary>
    /// <param name="stamp">What begins a line, the space after it included.</param>
    internal static Place Format(ReadOnlySpan<byte> bytes, Place place, LogFormat format, ReadOnlySpan<byte> stamp, List<byte> into)
    {
        int from = into.Count;
        if (format.HasTimestamps)
            place = AddStamped(bytes, place, stamp, into);
        else
        {
            into.AddRange(bytes);
            place = bytes.IsEmpty ? place : bytes[^1] == (byte)'\n' ? Place.LineStart : Place.Middle;
        }
        if (format.ReplacesEscape)
            System.Runtime.InteropServices.CollectionsMarshal.AsSpan(into)[from..].Replace(Escape, (byte)'.');
        return place;
    }

    static Place AddStamped(ReadOnlySpan<byte> bytes, Place place, ReadOnlySpan<byte> stamp, List<byte> into)
    {
        while (!bytes.IsEmpty)
        {
            if (place == Place.LineStart)
            {
                bytes = bytes.TrimStart((byte)'\r');
                if (bytes.IsEmpty)
                    break;
                into.AddRange(stamp);
            }
            int end = bytes.IndexOf((byte)'\n');
            var line = end < 0 ? bytes : bytes[..(end + 1)];
            into.AddRange(line);
            place = end < 0 ? Place.Middle : Place.LineStart;
            bytes = bytes[line.Length..];
        }
        return place;
    }

    /// <summary>The line that says how many bytes are missing here.</summary>
    internal static byte[] Lost(ulong bytes, Place place, LogFormat format, ReadOnlySpan<byte> stamp) =>
        [.. place == Place.Middle ? "\n"u8 : [], .. format.HasTimestamps ? stamp : [], .. System.Text.Encoding.ASCII.GetBytes($"[xenconsoled: {bytes} bytes lost]\n")];

    /// <summary>What begins a line written at a local time.</summary>
    internal static byte[] Stamp(DateTime time) => System.Text.Encoding.ASCII.GetBytes(time.ToString("'['yyyy-MM-dd HH:mm:ss'] '", System.Globalization.CultureInfo.InvariantCulture));
}
