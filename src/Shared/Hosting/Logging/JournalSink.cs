using System.Globalization;
using System.Text;
using Serilog.Core;
using Serilog.Events;

namespace Xen.Hosting.Logging;

/// <summary>
/// Sends log events to journald in its native protocol (systemd's JOURNAL_NATIVE_PROTOCOL): a datagram of fields. Properties become
/// fields in capitals (<c>XenstoreDomid</c> → <c>XENSTORE_DOMID</c>). The event's id becomes a stable MESSAGE_ID. The daemon never waits
/// for its log: a line that the journal does not take is lost, and the next line has the count of lost lines.
/// </summary>
public sealed class JournalSink : ILogEventSink, IDisposable
{
    readonly JournalSocket journal;
    readonly string identifier;

    /// <summary>Makes a sink for one daemon.</summary>
    /// <param name="identifier">SYSLOG_IDENTIFIER of its lines.</param>
    /// <param name="path">The journal's socket.</param>
    public JournalSink(string identifier, string path = JournalSocket.Default)
    {
        this.identifier = identifier;
        journal = new(path);
    }

    /// <inheritdoc/>
    public void Emit(LogEvent logEvent)
    {
        var entry = new JournalEntry()
            .Add("MESSAGE", PlainText.Of(logEvent))
            .Add("PRIORITY", Priority(logEvent.Level))
            .Add("SYSLOG_IDENTIFIER", identifier);
        if (logEvent.Exception is { } exception)
            entry.Add("EXCEPTION", exception.ToString());
        foreach (var (name, value) in logEvent.Properties)
            if (name == "EventId" && value is StructureValue { Properties: var parts })
                AddMessageId(entry, parts);
            else if (value is ScalarValue { Value: { } scalar })
                entry.Add(FieldName(name), Convert.ToString(scalar, CultureInfo.InvariantCulture) ?? "");
        journal.Send(entry);
    }

    /// <summary>
    /// The MESSAGE_ID of an event of a daemon. It is the same on every host and in every version. It is FNV-1a of the daemon's name, and
    /// then FNV-1a of <c>name/event</c>. It must be unique, but need not be secret.
    /// </summary>
    public static string MessageId(string identifier, int eventId)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"{identifier}/{eventId}");
        return string.Create(CultureInfo.InvariantCulture, $"{Fnv1a(identifier):x16}{Fnv1a(name):x16}");
    }

    /// <inheritdoc/>
    public void Dispose() => journal.Dispose();

    void AddMessageId(JournalEntry entry, IReadOnlyList<LogEventProperty> parts)
    {
        foreach (var part in parts)
            if (part.Name == "Id" && part.Value is ScalarValue { Value: int id })
                entry.Add("MESSAGE_ID", MessageId(identifier, id));
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

    internal static string Priority(LogEventLevel level) => level switch
    {
        LogEventLevel.Fatal => "2",
        LogEventLevel.Error => "3",
        LogEventLevel.Warning => "4",
        LogEventLevel.Information => "6",
        _ => "7",
    };
}
