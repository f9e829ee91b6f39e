using Xen.Linux;
using Xen.Linux.Loop;
using Xen.Linux.Sockets;
using XenStored.Clients;
using XenStored.Crashes;
using XenStored.Tree.Storage;

namespace XenStored.Connections.Transports;

/// <summary>
/// A client on the Unix socket. If it is kept (a keeper holds its socket, and it has a slot), the file has each call that moves its bytes.
/// </summary>
sealed class SocketTransport : IKeptTransport
{
    readonly FileDescriptor socket;
    readonly EventLoop loop;
    readonly StoreMemory? memory;
    readonly Session? session;
    IReadyHandler? handler;
    Readiness interest; // the loop watches the socket unless this is None
    SocketRecord recorded;
    bool waitsForPublish; // there is no place for a further call in the file

    /// <summary>A client that is not kept.</summary>
    internal SocketTransport(FileDescriptor socket, EventLoop loop)
    {
        this.socket = socket;
        this.loop = loop;
        Peer = UnixSocket.Peer(socket);
    }

    /// <summary>A client that is kept.</summary>
    /// <param name="slot">Its slot.</param>
    /// <param name="sent">The bytes that it was sent by earlier processes.</param>
    internal SocketTransport(FileDescriptor socket, EventLoop loop, StoreMemory memory, Session session, int slot, uint sent)
        : this(socket, loop) =>
        (this.memory, this.session, Slot, Tag, Sent) = (memory, session, slot, memory.Slots.Owner(slot).Tag, sent);

    /// <inheritdoc/>
    public int? Slot { get; }

    /// <inheritdoc/>
    public uint Tag { get; }

    /// <inheritdoc/>
    public uint Sent { get; private set; }

    /// <inheritdoc/>
    public void RecordProgress()
    {
        if (Slot is not { } slot)
            return;
        var record = new SocketRecord(Sent, session!.LastTransaction, Tag);
        if (record == recorded)
            return;
        recorded = record;
        memory!.Slots.Write(slot, record.Numbers);
    }

    /// <summary>The number of its descriptor.</summary>
    internal int Number => socket.Number;

    /// <inheritdoc/>
    public PeerCredentials? Peer { get; }

    public void Begin(IReadyHandler handler)
    {
        this.handler = handler;
        Watch(Readiness.Read);
    }

    public int Read(Span<byte> into, out TransferEnd end)
    {
        int count = Receive(into);
        if (waitsForPublish)
        {
            end = TransferEnd.Fine;
            return 0;
        }
        end = count == 0 || count < 0 && count != -Errno.EAGAIN ? TransferEnd.Closed : TransferEnd.Fine;
        return Math.Max(count, 0);
    }

    public bool EndRead(int unserved) => false;

    public bool HasMore => waitsForPublish;

    public int Write(ReadOnlySpan<byte> bytes, out TransferEnd end)
    {
        int count = Send(bytes);
        Sent += (uint)Math.Max(count, 0);
        end = count < 0 && count != -Errno.EAGAIN ? TransferEnd.Closed : TransferEnd.Fine;
        return Math.Max(count, 0);
    }

    public Readiness ShowMoves(bool hasMore, bool wantsRead)
    {
        Watch((hasMore ? Readiness.Write : Readiness.None) | (wantsRead ? Readiness.Read : Readiness.None));
        return waitsForPublish && hasMore ? Readiness.Write : Readiness.None;
    }

    // Returns the bytes read, 0 at the end, or minus an errno.
    int Receive(Span<byte> into)
    {
        waitsForPublish = false;
        if (Slot is not { } slot)
            return socket.Read(into);
        if (!memory!.Calls.TryNoteReceive(slot, Tag, into.Length, out var call, out var data))
        {
            waitsForPublish = true;
            return 0;
        }
        int count = CountedCall.Receive(socket, call, data);
        Crash.At(CrashPoint.ReceiveReturns);
        memory.Calls.Ended(count);
        Crash.At(CrashPoint.ReceiveIsCounted);
        if (count > 0)
            data[..count].CopyTo(into);
        return count;
    }

    // Returns the bytes sent, or minus an errno.
    int Send(ReadOnlySpan<byte> bytes)
    {
        waitsForPublish = false;
        if (Slot is not { } slot)
            return socket.Send(bytes);
        if (!memory!.Calls.TryNoteSend(slot, Tag, out var call))
        {
            waitsForPublish = true;
            return 0;
        }
        int count = CountedCall.Send(socket, call, bytes);
        Crash.At(CrashPoint.SendReturns);
        memory.Calls.Ended(count);
        Crash.At(CrashPoint.SendIsCounted);
        return count;
    }

    public void Close()
    {
        Crash.At(CrashPoint.CloseBegins);
        Watch(Readiness.None);
        socket.Dispose(); // first: another process would take an open socket without an owner for a new client
        Crash.At(CrashPoint.CloseKeepsSlot);
        if (Slot is { } slot)
            memory!.Slots.Free(slot);
        Crash.At(CrashPoint.CloseIsOver);
    }

    // The kernel reports a hang-up even if nothing is asked for, and would wake the loop again and again. So the loop forgets the socket.
    void Watch(Readiness wanted)
    {
        if (wanted == interest)
            return;
        if (interest == Readiness.None)
            loop.Watch(socket, wanted, handler!);
        else if (wanted == Readiness.None)
            loop.Forget(socket);
        else
            loop.Change(socket, wanted);
        interest = wanted;
    }
}
