using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Serilog.Core;
using Serilog.Events;

namespace Xen.Hosting;

/// <summary>
/// Sends log events to journald in its native protocol (systemd's JOURNAL_NATIVE_PROTOCOL): a datagram of fields. Properties become fields in
/// capitals (<c>XenstoreDomid</c> → <c>XENSTORE_DOMID</c>), the event's id becomes a stable MESSAGE_ID. A journal that does not take a
/// line loses it and the count of lost lines goes with the next one: the daemon never waits for its log.
/// </summary>
public sealed class JournalSink : ILogEventSink, IDisposable
{
    /// <summary>Where journald listens.</summary>
    public const string DefaultSocket = "/run/systemd/journal/socket";

    const int MostOfValue = 32 * 1024;

    readonly Socket socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { Blocking = false };
    readonly UnixDomainSocketEndPoint journal;
    readonly string identifier;
    long lost;

    /// <summary>A sink for one daemon.</summary>
    /// <param name="identifier">SYSLOG_IDENTIFIER of its lines.</param>
    /// <param name="path">Socket of the journal.</param>
    public JournalSink(string identifier, string path = DefaultSocket)
    {
        this.identifier = identifier;
        journal = new(path);
    }

    /// <inheritdoc/>
    public void Emit(LogEvent logEvent)
    {
        var fields = new ArrayBufferWriter<byte>();
        Add(fields, "MESSAGE", PlainText.Of(logEvent));
        Add(fields, "PRIORITY", Priority(logEvent.Level));
        Add(fields, "SYSLOG_IDENTIFIER", identifier);
        if (logEvent.Exception is { } exception)
            Add(fields, "EXCEPTION", exception.ToString());
        long lostBefore = Interlocked.Exchange(ref lost, 0); // several threads log
        if (lostBefore > 0)
            Add(fields, "LINES_LOST", lostBefore.ToString(CultureInfo.InvariantCulture));
        foreach (var (name, value) in logEvent.Properties)
            if (name == "EventId" && value is StructureValue { Properties: var parts })
                AddMessageId(fields, parts);
            else if (value is ScalarValue { Value: { } scalar })
                Add(fields, FieldName(name), Convert.ToString(scalar, CultureInfo.InvariantCulture) ?? "");
        try
        {
            socket.SendTo(fields.WrittenSpan, SocketFlags.None, journal);
        }
        catch (SocketException)
        {
            Interlocked.Add(ref lost, lostBefore + 1); // the journal is full or restarting; it is told with the next line
        }
    }

    /// <summary>
    /// The MESSAGE_ID of an event of a daemon: the same on every host and in every version. FNV-1a of the daemon's name and of
    /// <c>name/event</c>, one after the other; it need not be secret, only its own.
    /// </summary>
    public static string MessageId(string identifier, int eventId) =>
        string.Create(CultureInfo.InvariantCulture, $"{Fnv1a(identifier):x16}{Fnv1a($"{identifier}/{eventId.ToString(CultureInfo.InvariantCulture)}"):x16}");

    /// <inheritdoc/>
    public void Dispose() => socket.Dispose();

    void AddMessageId(ArrayBufferWriter<byte> fields, IReadOnlyList<LogEventProperty> parts)
    {
        foreach (var part in parts)
            if (part.Name == "Id" && part.Value is ScalarValue { Value: int id })
                Add(fields, "MESSAGE_ID", MessageId(identifier, id));
    }

    static ulong Fnv1a(string text)
    {
        const ulong Basis = 0xCBF29CE484222325, Prime = 0x100000001B3;
        ulong hash = Basis;
        foreach (byte one in Encoding.UTF8.GetBytes(text))
            hash = (hash ^ one) * Prime;
        return hash;
    }

    static string FieldName(string property)
    {
        var name = new StringBuilder();
        foreach (char character in property)
        {
            if (char.IsAsciiLetterUpper(character) && name.Length > 0)
                name.Append('_');
            name.Append(char.IsAsciiLetterOrDigit(character) ? char.ToUpperInvariant(character) : '_');
        }
        return name.ToString().TrimStart('_');
    }

    // NAME=value, or for a value of several lines NAME, newline, length (64 bits, little endian), value.
    static void Add(ArrayBufferWriter<byte> fields, string name, string value)
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
    }

    internal static string Priority(LogEventLevel level) => level switch
    {
        LogEventLevel.Fatal => "2",
        LogEventLevel.Error => "3",
        LogEventLevel.Warning => "4",
        LogEventLevel.Information => "6",
        _ => "7",
    };
}
