using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Serilog.Core;
using Serilog.Events;

namespace Xen.Hosting.Logging;

/// <summary>
/// Sends log events to syslog's socket, for hosts without a journal (RFC 3164, as the C library's syslog() writes to /dev/log). The daemon
/// never waits for its log: a line that syslog does not take at once is lost.
/// </summary>
public sealed class SyslogSink : ILogEventSink, IDisposable
{
    /// <summary>Where syslog listens.</summary>
    public const string DefaultSocket = "/dev/log";

    const int DaemonFacility = 3 << 3;

    readonly Socket socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { Blocking = false };
    readonly UnixDomainSocketEndPoint syslog;
    readonly string identifier;

    /// <summary>Makes a sink for one daemon.</summary>
    /// <param name="identifier">The tag of its lines.</param>
    /// <param name="path">Syslog's socket.</param>
    public SyslogSink(string identifier, string path = DefaultSocket)
    {
        this.identifier = identifier;
        syslog = new(path);
    }

    /// <inheritdoc/>
    public void Emit(LogEvent logEvent)
    {
        int priority = DaemonFacility | int.Parse(JournalSink.Priority(logEvent.Level), CultureInfo.InvariantCulture);
        string line = string.Create(CultureInfo.InvariantCulture,
            $"<{priority}>{DateTime.Now:MMM d HH:mm:ss} {identifier}[{Environment.ProcessId}]: {PlainText.Of(logEvent)}");
        try
        {
            socket.SendTo(Encoding.UTF8.GetBytes(line), SocketFlags.None, syslog);
        }
        catch (SocketException)
        {
            // Syslog is restarting or full, and there is no other place to report that.
        }
    }

    /// <inheritdoc/>
    public void Dispose() => socket.Dispose();
}
