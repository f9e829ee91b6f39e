using System.Buffers;
using Xen.Linux.Loop;
using Xen.Protocol.Wire;
using XenStored.Clients;
using XenStored.Connections.Output;
using XenStored.Connections.Transports;
using XenStored.Logs;

namespace XenStored.Connections;

/// <summary>
/// One client: it reads bytes, passes messages to the store, and sends messages. It knows nothing of paths, and it knows rings and sockets
/// only as an <see cref="ITransport"/>, except for its log budget.
/// </summary>
sealed class Connection : IReadyHandler, IRequester
{
    /// <summary>A client on the socket that has more bytes than this waiting is not read until it reads.</summary>
    const int ReadableBelow = 256 * 1024;

    /// <summary>
    /// How often the rest of a guest's message is looked for before waiting for a notification. Linux puts header and payload into the ring
    /// one after the other and notifies after the first. Without this each request would wake the daemon twice and the guest twice.
    /// </summary>
    const int MostLingers = 3;

    readonly Server server;
    byte[]? input; // a rented array with the bytes that were read and not served; null when there are none
    int inputLength;
    int lingered;
    int resets; // shows whether a request reset its own connection, which ends its service in this iteration

    internal Connection(Server server, ITransport transport, Session session)
    {
        (this.server, Transport, Session) = (server, transport, session);
        session.Link = this;
        Out = new(server.Chunks);
        LogBudget = transport is RingTransport ? new() : server.BudgetOf(transport);
        transport.Begin(this);
    }

    /// <summary>The connection of a session; null if the session has none.</summary>
    internal static Connection? Of(Session? session) => session?.Link as Connection;

    internal Session Session { get; }
    internal ITransport Transport { get; }
    internal OutQueue Out { get; }
    internal WriteLimiter.Credit Credit { get; } = new();
    internal LogBudget LogBudget { get; }
    internal LogBudget MemoryLogBudget { get; } = new(burst: 1);
    internal LogBudget IgnoredLogBudget { get; } = new();
    internal LogBudget QuotaLogBudget { get; } = new();
    internal Counters Counters { get; } = new();

    internal ConnectionState State { get; private set; }

    /// <summary>The scheduler's queues that contain it. Only the queues write this.</summary>
    internal Queues Queues { get; set; }

    /// <summary>The current request, if it has caused something that is to be delivered.</summary>
    internal Outstanding? Request { get; set; }

    internal bool IsLimited => !Session.IsPrivileged;

    /// <summary>Whether its requests are served.</summary>
    internal bool IsServed => State is ConnectionState.Open or ConnectionState.Ending;

    /// <summary>There may be something to read, or space to write.</summary>
    public void Ready(Readiness readiness) => server.Scheduler.Wake(this);

    /// <summary>Serves up to <paramref name="budget"/> messages. Returns how many it served.</summary>
    /// <param name="scratch">A buffer that all connections use, one after the other, while they are served.</param>
    /// <param name="next">When to serve it again.</param>
    internal int Serve(byte[] scratch, int budget, out NextService next)
    {
        next = NextService.WhenReady;
        if (!IsServed && State != ConnectionState.Ignored)
            return 0;
        if (Transport.WantsReconnection) // also a guest that is ignored or held by a gate may ask for that
        {
            server.Reconnect(this);
            return 0;
        }
        if (State == ConnectionState.Ignored)
            return 0;
        if (ClosedGate() != Gate.None)
        {
            next = NextService.WhenAdmitted;
            return 0;
        }
        int kept = TakeInput(scratch), capacity = scratch.Length - kept;
        int read = Read(scratch.AsSpan(kept), kept, out var end);
        var rest = scratch.AsSpan(0, kept + read);
        int served = 0, resetsBefore = resets;
        var frame = HandleMessages(ref rest, budget, ref served);
        if (resets != resetsBefore || !IsServed)
            return served;
        next = frame switch
        {
            Frame.Whole => KeepMessages(rest, end),
            Frame.Incomplete => KeepPart(rest, isFresh: kept == 0, mayBeMore: read == capacity, end),
            _ => Violated(),
        };
        return served;
    }

    /// <summary>The gate that stops the daemon from reading it now, or <see cref="Gate.None"/>.</summary>
    internal Gate ClosedGate()
    {
        if (!IsLimited)
            return Out.Bytes < ReadableBelow ? Gate.None : Gate.Output;
        var account = Session.Domain.Account;
        if (!Quotas.Admits(Session.Domain, Quota.Outstanding, account.Outstanding.Now + 1))
            return Gate.Outstanding;
        if (!Quotas.Admits(Session.Domain, Quota.Memory, account.Memory.Now))
            return Gate.Memory;
        return server.Limiter.Admits(Credit, server.Loop.Now, out _) ? Gate.None : Gate.Credit;
    }

    /// <summary>The current request causes something that is to be delivered, so it becomes outstanding.</summary>
    internal Outstanding BeginRequest()
    {
        if (Request is null)
        {
            Request = new(this);
            Session.Domain.Account.Outstanding.Add(1);
        }
        return Request;
    }

    /// <inheritdoc/>
    public void RequestIsOver() => Session.Domain.Account.Outstanding.Add(-1);

    /// <summary>Sends as much as the transport takes, and drops the events whose time is over.</summary>
    internal void Flush()
    {
        if (State == ConnectionState.Closed)
            return;
        int before = Out.Bytes;
        var end = Out.Write(Transport);
        int sent = before - Out.Bytes;
        Counters.BytesOut += sent;
        Uncharge(sent);
        if (end != Transfer.Fine)
        {
            server.Ended(this, end);
            return;
        }
        before = Out.Bytes;
        Counters.EventsExpired += Out.Expire(server.Loop.Now);
        Uncharge(before - Out.Bytes);
        bool wantsRead = State != ConnectionState.Ending && !server.Scheduler.IsDeferred(this);
        Transport.Flush(!Out.IsEmpty, wantsRead && (IsLimited || Out.Bytes < ReadableBelow));
    }

    /// <summary>Stops serving it. Drops the bytes that were read and the messages that wait.</summary>
    internal void Ignore()
    {
        State = ConnectionState.Ignored;
        Reset();
    }

    /// <summary>Makes it a new connection again.</summary>
    internal void Reopen()
    {
        State = ConnectionState.Open;
        Reset();
    }

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
        if (State == ConnectionState.Closed)
            return;
        State = ConnectionState.Closed;
        Reset();
        Transport.Close();
    }

    /// <summary>Charges a guest for bytes that wait for it.</summary>
    internal void Charge(int bytes)
    {
        if (IsLimited)
            Session.Domain.Account.Memory.Add(bytes);
    }

    internal void Uncharge(int bytes) => Charge(-bytes);

    // Reads more, unless a whole message may be there already or the client has ended.
    int Read(Span<byte> into, int kept, out Transfer end)
    {
        end = State == ConnectionState.Ending ? Transfer.Closed : Transfer.Fine;
        if (State == ConnectionState.Ending || kept >= WireLimits.Message)
            return 0;
        int read = Transport.Read(into, out end);
        if (read > 0)
            server.Scheduler.MarkDirty(this); // a guest may wait for the space that reading frees
        Counters.BytesIn += read;
        return read;
    }

    // Serves messages until one may not be served now, and moves the bytes there. Returns what stands there.
    Frame HandleMessages(ref Span<byte> bytes, int budget, ref int served)
    {
        int resetsBefore = resets;
        while (true)
        {
            var frame = MessageFramer.Next(bytes, out var header, out int size);
            if (frame != Frame.Whole || served == budget || served > 0 && ClosedGate() != Gate.None)
                return frame;
            server.Handle(this, header, bytes.Slice(MessageHeader.Size, (int)header.Length));
            bytes = bytes[size..];
            served++;
            if (resets != resetsBefore || !IsServed)
                return frame;
        }
    }

    // Its budget is used up or a gate has closed: keeps the messages that were not served.
    NextService KeepMessages(ReadOnlySpan<byte> rest, Transfer end)
    {
        lingered = 0;
        if (!Transport.TryPutBack(rest.Length))
            KeepInput(rest);
        if (end == Transfer.Closed)
            State = ConnectionState.Ending;
        return ClosedGate() == Gate.None ? NextService.AtOnce : NextService.WhenAdmitted;
    }

    // All whole messages are served. A part of a message is kept here, because a message may be longer than a ring. But if the rest may
    // come in a moment, the part stays in the ring.
    NextService KeepPart(ReadOnlySpan<byte> part, bool isFresh, bool mayBeMore, Transfer end)
    {
        bool lingers = isFresh && !part.IsEmpty && end == Transfer.Fine && Transport.MayLinger && lingered < MostLingers;
        lingered = lingers ? lingered + 1 : 0;
        bool isPutBack = Transport.TryPutBack(lingers ? part.Length : 0) && lingers;
        if (end != Transfer.Fine)
        {
            server.Ended(this, end);
            return NextService.WhenReady;
        }
        if (!isPutBack)
            KeepInput(part);
        return lingers || mayBeMore || Transport.HasMore ? NextService.AtOnce : NextService.WhenReady;
    }

    NextService Violated()
    {
        lingered = 0;
        Transport.TryPutBack(0);
        server.Violated(this);
        return NextService.WhenReady;
    }

    // Drops the bytes that were read and the messages that wait.
    void Reset()
    {
        DropInput();
        int before = Out.Bytes;
        Out.Clear();
        Uncharge(before);
        resets++;
    }

    int TakeInput(byte[] into)
    {
        int length = inputLength;
        if (input is not null)
            input.AsSpan(0, length).CopyTo(into);
        DropInput();
        return length;
    }

    void KeepInput(ReadOnlySpan<byte> rest)
    {
        if (rest.IsEmpty)
            return;
        input = ArrayPool<byte>.Shared.Rent(rest.Length);
        rest.CopyTo(input);
        inputLength = rest.Length;
    }

    void DropInput()
    {
        if (input is not null)
            ArrayPool<byte>.Shared.Return(input);
        (input, inputLength) = (null, 0);
    }
}
