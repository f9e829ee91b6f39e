using System.Net.Sockets;

namespace Xen.Hosting.Logging;

/// <summary>
/// Sends entries to journald. A daemon never waits for its log: an entry that journald does not take at once is lost and counted. Several
/// threads may use it.
/// </summary>
/// <param name="path">The journal's socket.</param>
public sealed class JournalSocket(string path = JournalSocket.Default) : IDisposable
{
    /// <summary>Where journald listens.</summary>
    public const string Default = "/run/systemd/journal/socket";

    readonly Socket socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { Blocking = false };
    readonly UnixDomainSocketEndPoint journal = new(path);
    long lost;

    /// <summary>Sends an entry. If earlier entries were lost, it gets a field with their count.</summary>
    /// <returns>Whether journald took it.</returns>
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
