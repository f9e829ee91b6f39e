using System.Buffers;
using Xen.Wire;
using XenStored.Store;

namespace XenStored.Shell;

/// <summary>One client: bytes in, messages to the core, messages out. Knows nothing of paths, and of ring and socket no more than ITransport.</summary>
sealed class Connection
{
    /// <summary>A socket client whose queue is longer than this is not read until it reads.</summary>
    const int ReadableBelow = 256 * 1024;

    /// <summary>
    /// Turns in which the rest of a guest's message is looked for before waiting to be told. Linux puts header and payload into the ring one after
    /// the other and announces the first: without this each request would cost two awakenings of the daemon and two of the guest.
    /// </summary>
    const int MostLingers = 3;

    readonly Server server;
    byte[]? input; // bytes read but not yet served, rented; null when there are none
    int inputStart, inputEnd;
    int lingered;
    int resets; // a request that resets its own connection ends the turn

    internal Connection(Server server, ITransport transport)
    {
        this.server = server;
        Transport = transport;
        Out = new(server.Chunks);
        LogBudget = transport is RingTransport ? new() : server.BudgetOf(transport);
    }

    internal Session Session { get; set; } = null!;
    internal ITransport Transport { get; }
    internal OutQueue Out { get; }
    internal WriteLimiter.Credit Credit { get; } = new();
    internal LogBudget LogBudget { get; }
    internal LogBudget MemoryLogBudget { get; } = new(burst: 1);
    internal LogBudget IgnoredLogBudget { get; } = new();
    internal LogBudget QuotaLogBudget { get; } = new();
    internal Counters Counters { get; } = new();

    /// <summary>A guest that broke the rules: it is not served, but stays until its domain dies (XSA-325).</summary>
    internal bool IsIgnored { get; set; }

    internal bool IsClosed { get; private set; }

    /// <summary>Somebody else has the floor: it is not read until that ends.</summary>
    internal bool IsDeferred { get; set; }

    /// <summary>It waits in the server's list for a turn.</summary>
    internal bool IsReady { get; set; }

    /// <summary>A gate was closed while it had something to say; the server looks at the end of each turn whether it has opened.</summary>
    internal bool IsHeld { get; private set; }

    /// <summary>The server looks after it.</summary>
    internal bool IsAmongHeld { get; set; }

    /// <summary>Its client will say no more, but what it said is still to be served and answered.</summary>
    internal bool IsEnding { get; private set; }

    /// <summary>To be closed at the end of the turn.</summary>
    internal bool IsDoomed { get; set; }

    /// <summary>It has output that this turn made.</summary>
    internal bool IsDirty { get; set; }

    /// <summary>The request at hand, once it has caused something that is to be delivered.</summary>
    internal Outstanding? Request { get; set; }

    internal bool IsLimited => !Session.IsPrivileged;

    /// <summary>Serves up to <paramref name="budget"/> messages; answers how many, and whether more may be there.</summary>
    internal int Serve(byte[] scratch, int budget, out bool hasMore)
    {
        hasMore = false;
        if (IsClosed || IsDoomed || IsIgnored && !MayRecover())
            return 0;
        if (IsHeld = !MayRead() && !MayRecover())
            return 0;
        int length = TakeInput(scratch), kept = length;
        var end = Transfer.Fine;
        int room = scratch.Length - length;
        int read = 0;
        if (IsEnding)
            end = Transfer.Closed;
        else if (length < WireLimits.Message)
            read = Transport.Read(scratch.AsSpan(length, room), out end);
        if (read > 0)
            server.Turns.MarkDirty(this); // a guest may wait for the room that reading makes
        Counters.BytesIn += read;
        length += read;

        int served = 0, start = 0, size, resetsBefore = resets;
        Frame frame;
        while ((frame = MessageFramer.Next(scratch.AsSpan(start, length - start), out var header, out size)) == Frame.Whole)
        {
            if (served == budget || IsClosed || IsDoomed || (IsHeld = !MayRead()))
                break;
            server.Handle(this, header, scratch.AsSpan(start + MessageHeader.Size, (int)header.Length));
            start += size;
            served++;
            if (resets != resetsBefore)
                return served;
        }
        if (IsClosed || IsIgnored && end != Transfer.Reconnect)
            return served;
        bool lingers = frame == Frame.Incomplete && kept == 0 && length > start && end == Transfer.Fine && Transport.MayLinger && lingered++ < MostLingers;
        if (!lingers)
            lingered = 0;
        int unserved = frame == Frame.Whole || lingers ? length - start : 0; // else a part is better kept here: it may be longer than a ring
        if (Transport.TryPutBack(unserved) && unserved > 0)
            length = start;
        if (frame == Frame.Violation)
            server.Violated(this);
        else if (end != Transfer.Fine && frame != Frame.Whole)
            server.Ended(this, end);
        else
        {
            KeepInput(scratch.AsSpan(start, length - start));
            IsEnding = end == Transfer.Closed;
            hasMore = !IsHeld && (frame == Frame.Whole || lingers || read == room || Transport.HasMore);
        }
        return served;
    }

    // A guest that is ignored, or that may not be read, may ask for a fresh connection.
    bool MayRecover() => Transport is RingTransport { WantsReconnection: true };

    /// <summary>Whether the gates are open: credit, requests outstanding, memory; and for sockets, its own reading.</summary>
    internal bool MayRead()
    {
        if (!IsLimited)
            return Out.Bytes < ReadableBelow;
        var account = Session.Domain.Account;
        return Quotas.Admits(Session.Domain, Quota.Outstanding, account.Outstanding.Now + 1)
            && Quotas.Admits(Session.Domain, Quota.Memory, account.Memory.Now)
            && server.AdmitsWrites(this);
    }

    /// <summary>The request at hand causes something that is to be delivered.</summary>
    internal Outstanding BeginRequest()
    {
        if (Request is null)
        {
            Request = new(this);
            Session.Domain.Account.Outstanding.Add(1);
        }
        return Request;
    }

    /// <summary>A guest's request is over.</summary>
    internal void RequestIsOver() => Session.Domain.Account.Outstanding.Add(-1);

    /// <summary>Sends what waits.</summary>
    internal void Flush()
    {
        if (IsClosed)
            return;
        int before = Out.Bytes;
        var end = Out.Write(Transport);
        int sent = before - Out.Bytes;
        Sent(sent);
        if (end != Transfer.Fine)
            server.Ended(this, end);
        else
            Transport.Flush(!Out.IsEmpty, wantsRead: !IsDeferred && !IsEnding && (IsLimited || Out.Bytes < ReadableBelow));
        if (Transport is RingTransport)
            server.Turns.LazyRings.Note(this, hasRead: sent > 0, server.Loop.Now);
    }

    /// <summary>Drops what was read and what waits, as a fresh connection begins with.</summary>
    internal void Reset()
    {
        DropInput();
        int before = Out.Bytes;
        Out.Clear();
        Uncharge(before);
        resets++;
    }

    internal void Close()
    {
        if (IsClosed)
            return;
        IsClosed = true;
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

    void Sent(int bytes)
    {
        Counters.BytesOut += bytes;
        Uncharge(bytes);
    }

    int TakeInput(byte[] into)
    {
        int length = inputEnd - inputStart;
        if (length > 0)
            input.AsSpan(inputStart, length).CopyTo(into);
        DropInput();
        return length;
    }

    void KeepInput(ReadOnlySpan<byte> rest)
    {
        if (rest.IsEmpty)
            return;
        input = ArrayPool<byte>.Shared.Rent(rest.Length);
        rest.CopyTo(input);
        (inputStart, inputEnd) = (0, rest.Length);
    }

    void DropInput()
    {
        if (input is not null)
            ArrayPool<byte>.Shared.Return(input);
        input = null;
        (inputStart, inputEnd) = (0, 0);
    }
}
