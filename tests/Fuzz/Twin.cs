using Microsoft.Extensions.Logging.Abstractions;
using Xen.Linux.Loop;
using Xen.Protocol.Wire;
using XenStored.Clients;
using XenStored.Clients.Transacting;
using XenStored.Commands;
using XenStored.Commands.Requests;
using XenStored.Handover;
using XenStored.Store;
using XenStored.Surroundings;
using XenStored.Tree.Storage;

namespace XenStored.Fuzz;

/// <summary>A store without connections: requests go straight into it, and the bytes of the replies to one client are kept.</summary>
sealed class Twin : IOutbox, IDomainControl, IDaemonControl, IStatusReport
{
    readonly Dispatcher dispatcher;
    byte[] replies = new byte[64 * 1024];
    int length;

    /// <param name="memory">Its owner disposes of it.</param>
    /// <param name="loop">Only a live update uses it, and none comes.</param>
    internal Twin(StoreMemory memory, EventLoop loop)
    {
        Store = new(memory, this, this, this);
        dispatcher = new(Store, this, new LiveUpdate(loop, Store, null, new("/nonexistent"), NullLogger.Instance));
    }

    internal XenStore Store { get; }

    /// <summary>The replies since <see cref="Forget"/>, one behind the other.</summary>
    internal ReadOnlySpan<byte> Replies => replies.AsSpan(0, length);

    internal void Forget() => length = 0;

    internal void Ask(Session session, MessageHeader header, ReadOnlySpan<byte> payload)
    {
        dispatcher.Handle(session, header, payload);
        Store.Publisher.PublishAndReclaim(1000);
    }

    public void Reply(Session to, MessageHeader request, MessageType type, ReadOnlySpan<byte> payload)
    {
        if (to.IsSocket)
            return;
        if (replies.Length < length + MessageHeader.Size + payload.Length)
            Array.Resize(ref replies, 2 * replies.Length);
        request.Reply(type, payload.Length).Write(replies.AsSpan(length));
        payload.CopyTo(replies.AsSpan(length + MessageHeader.Size));
        length += MessageHeader.Size + payload.Length;
    }

    public void Event(Session to, ReadOnlySpan<byte> payload, bool merges, Session? cause) { }
    public bool Exists(ushort domid) => domid < Domid.FirstReserved;

    public bool Connect(Session session, uint port, out XsError error)
    {
        error = XsError.None;
        return true;
    }

    public void Disconnect(Session session) { }
    public string LogSettings => "";
    public bool TrySetLog(string word) => true;
    public XsError OpenLogFile(string path) => XsError.None;
    public void Print(string text) { }
    public void Begins(Watch watch) { }
    public void Ends(Watch watch) { }
    public void Begins(Transaction transaction) { }
    public void Ends(Transaction transaction) { }
    public XsError WriteReport(string? path, string text) => XsError.None;
    public void Full(int errno) { }
    public string Text() => "";
    public string Json() => "";
    public string Domains(ushort first) => "";
    public string Clients(long first) => "";
    public string Paths(Domain domain) => "";
}
