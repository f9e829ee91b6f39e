using System.Net.Sockets;

namespace Xen.Hosting.Logging;

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
