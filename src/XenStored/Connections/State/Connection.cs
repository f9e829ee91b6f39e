using Xen.Linux.Loop;
using XenStored.Clients;
using XenStored.Clients.Limits;
using XenStored.Connections.Output;
using XenStored.Connections.Rates;
using XenStored.Connections.Transports;

namespace XenStored.Connections.State;

/// <summary>
/// One client: its state, and the bytes that wait on their way in and out. It knows rings and sockets only as an <see cref="ITransport"/>.
/// </summary>
sealed class Connection : IConnection, IReadyHandler, IRequester
{
    readonly ConnectionQueues queues;
    Outstanding? request; // the one that is served now, once it has a reply or an event that is to be delivered

    internal Connection(ITransport transport, Session session, ConnectionQueues queues, ChunkPool chunks, ConnectionLog log)
    {
        (this.queues, Transport, Session, Out, Log) = (queues, transport, session, new(chunks), log);
        session.Connection = this;
        transport.Begin(this);
    }

    /// <summary>The connection of a session; null if the session has none.</summary>
    internal static Connection? Of(Session? session) => session?.Connection as Connection;

    internal Session Session { get; }
    internal ITransport Transport { get; }
    internal UnservedInput In { get; } = new();
    internal OutQueue Out { get; }
    internal RecordedOutput Recorded { get; } = new();

    /// <summary>Whether there may be records of bytes that were taken from its client, or that wait or waited for it.</summary>
    internal bool HasRecords => !In.IsRecorded || !In.Bytes.IsEmpty || Recorded.HasPlace;

    internal WriteLimiter.Credit Credit { get; } = new();
    internal ConnectionLog Log { get; }
    internal Counters Counters { get; } = new();

    internal ConnectionState State { get; private set; }

    /// <summary>The scheduler's queues that contain it. Only the queues write this.</summary>
    internal QueueMarks Marks { get; set; }

    /// <summary>How often it was reset. A request that resets its own connection ends the connection's service in this iteration.</summary>
    internal int Resets { get; private set; }

    /// <summary>It is a guest, with a guest's quotas. A reader has limits of its own.</summary>
    internal bool IsLimited => !Session.IsPrivileged && !Session.IsReader;

    /// <summary>Whether its requests are served.</summary>
    internal bool IsServed => State is ConnectionState.Open or ConnectionState.Ending;

    /// <inheritdoc/>
    public void Refused(Domain domain, Quota quota) => Log.OverQuota(domain, quota);

    /// <inheritdoc/>
    public void HasPriority() => Log.HasPriority();

    /// <summary>There may be something to read, or space to write.</summary>
    public void Ready(Readiness readiness) => queues.Wake(this);

    /// <summary>
    /// The request that is served now. It counts against a guest's quota of outstanding requests until its reply and its events are
    /// delivered or dropped. Null for a client that has no such quota.
    /// </summary>
    internal Outstanding? OutstandingRequest()
    {
        if (!IsLimited)
            return null;
        if (request is null)
        {
            request = new(this);
            Session.Domain.Account.Outstanding.Add(1);
        }
        return request;
    }

    /// <summary>A reply or event that is queued from now on belongs to another request than those before.</summary>
    internal void BeginNextRequest() => request = null;

    /// <summary>Its next message would begin a transaction, and had to wait: see <see cref="Gates.DelaysTransaction"/>.</summary>
    internal bool WantsTransaction { get; set; }

    /// <inheritdoc/>
    public void RequestIsOver() => Session.Domain.Account.Outstanding.Add(-1);

    /// <summary>Charges a guest for bytes that wait for it; negative for bytes that do not wait any more.</summary>
    internal void Charge(int bytes)
    {
        if (IsLimited)
            Session.Domain.Account.Memory.Add(bytes);
    }

    /// <summary>The client sends no more. What it has sent is served.</summary>
    internal void End() => State = ConnectionState.Ending;

    /// <summary>Stops serving it. Drops the bytes that were read and the messages that wait.</summary>
    internal void Ignore() => Reset(ConnectionState.Ignored);

    /// <summary>Makes it a new connection again.</summary>
    internal void Reopen() => Reset(ConnectionState.Open);

    /// <summary>Marks it to be closed. False: it is marked already, or closed.</summary>
    internal bool Doom()
    {
        if (State is ConnectionState.Doomed or ConnectionState.Closed)
            return false;
        State = ConnectionState.Doomed;
        return true;
    }

    internal void Close()
    {
        Reset(ConnectionState.Closed);
        Transport.Close();
    }

    // Drops the bytes that were read and the messages that wait.
    void Reset(ConnectionState state)
    {
        State = state;
        WantsTransaction = false;
        In.Drop();
        int before = Out.Bytes;
        Out.Clear();
        Charge(-before);
        Resets++;
    }
}
