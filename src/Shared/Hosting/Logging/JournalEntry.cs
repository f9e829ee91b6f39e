using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Xen.Hosting.Logging;

/// <summary>One entry of the journal in its native protocol (systemd's JOURNAL_NATIVE_PROTOCOL): a datagram of fields.</summary>
public sealed class JournalEntry
{
    const int MostOfValue = 32 * 1024;

    readonly ArrayBufferWriter<byte> fields = new();

    internal ReadOnlySpan<byte> Bytes => fields.WrittenSpan;

    /// <summary>
    /// Adds a field: NAME=value. A value of several lines is written as NAME, newline, length (64 bits, little endian), value.
    /// </summary>
    /// <param name="name">Capitals, digits and underscores.</param>
    /// <param name="value">Its first 32 KiB as UTF-8 are kept.</param>
    public JournalEntry Add(string name, string value)
    {
        var bytes = Encoding.UTF8.GetBytes(value).AsSpan();
        bytes = bytes[..Math.Min(bytes.Length, MostOfValue)];
        fields.Write(Encoding.ASCII.GetBytes(name));
        if (bytes.Contains((byte)'\n'))
        {
            fields.Write("\n"u8);
            BinaryPrimitives.WriteUInt64LittleEndian(fields.GetSpan(8), (ulong)bytes.Length);
            fields.Advance(8);
        }
        else
            fields.Write("="u8);
        fields.Write(bytes);
        fields.Write("\n"u8);
        return this;
    }
}
