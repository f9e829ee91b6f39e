using System.Buffers;
using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace Xen.Hosting;

/// <summary>One entry of the journal in its native protocol (systemd's JOURNAL_NATIVE_PROTOCOL): a datagram of fields.</summary>
public sealed class JournalEntry
{
    const int MostOfValue = 32 * 1024;

    readonly ArrayBufferWriter<byte> fields = new();

    internal ReadOnlySpan<byte> Bytes => fields.WrittenSpan;

    /// <summary>Adds a field: NAME=value, or for a value of several lines NAME, newline, length (64 bits, little endian), value.</summary>
    /// <param name="name">Capitals, digits and underscores.</param>
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

/// <summary>
/// The way to journald. What it does not take at once is lost and counted: a daemon never waits for its log. For several threads.
/// </summary>
/// <param name="path">The journal's socket.</param>
public sealed class JournalSocket(string path = JournalSocket.Default) : IDisposable
{
    /// <summary>Where journald listens.</summary>
    public const string Default = "/run/systemd/journal/socket";

    readonly Socket socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { Blocking = false };
    readonly UnixDomainSocketEndPoint journal = new(path);
    long lost;

    /// <summary>Sends an entry; with the next one that is taken goes the count of those that were not.</summary>
    /// <returns>Whether it was taken.</returns>
    public bool Send(JournalEntry entry)
    {
        long lostBefore = Interlocked.Exchange(ref lost, 0);
        if (lostBefore > 0)
            entry.Add("LINES_LOST", lostBefore.ToString(System.Globalization.CultureInfo.InvariantCulture));
        try
        {
            socket.SendTo(entry.Bytes, SocketFlags.None, journal);
            return true;
        }
        catch (SocketException)
        {
            Interlocked.Add(ref lost, lostBefore + 1); // the journal is full or restarting
            return false;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => socket.Dispose();
}
