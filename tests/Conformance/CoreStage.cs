using Microsoft.Extensions.Logging.Abstractions;
using Xen.Protocol.Wire;
using Xen.Support;
using XenStored.Clients;
using XenStored.Commands;
using XenStored.Handover;
using XenStored.Store;
using XenStored.Tests.Support;
using XenStored.Tree.Storage;

namespace Xen.Conformance;

/// <summary>Our core in this process, without a shell: a request is handled when its last byte is sent.</summary>
sealed class CoreStage : QuietSurroundings, IStage
{
    readonly TempFolder folder = new();
    readonly StoreMemory memory;
    readonly XenStore store;
    readonly Dispatcher dispatcher;
    readonly HashSet<int> dead = [];
    readonly Dictionary<int, CoreClient> guests = [];
    readonly Dictionary<Session, CoreClient> clients = [];
    int turn;

    internal CoreStage()
    {
        memory = new(folder.File("store"), 64 << 20, 0);
        store = new(memory, this, this, this);
        dispatcher = new(store, this, new LiveUpdate(new(), store, null, new(folder.File("socket")), NullLogger.Instance));
        store.DomainLife.Introduce(0, 1);
    }

    public string? Fault => Audit.FirstFault(store);

    public IClient Connect(string who)
    {
        if (who[0] != 'd' || !ushort.TryParse(who[1..], out ushort domid))
            return ClientOf(store.Sessions.Open(store.Domains.Home, isSocket: true));
        if (store.Domains.Find(domid)?.Session is null)
            Introduce(domid);
        return guests[domid];
    }

    public void Introduce(int domid)
    {
        if (store.DomainLife.Introduce((ushort)domid, 1) is var error && error != XsError.None)
            throw new InvalidOperationException($"INTRODUCE {domid} was answered by {error}");
    }

    public void Change(int domid, DomainState state)
    {
        _ = state == DomainState.Dead ? dead.Add(domid) : dead.Remove(domid);
        if (state == DomainState.Dead)
            store.DomainLife.Gone((ushort)domid);
        else if (state == DomainState.ShutDown && store.DomainLife.ShutDown((ushort)domid))
            store.DomainLife.TellRelease();
    }

    public override void Reply(Session to, MessageHeader request, MessageType type, ReadOnlySpan<byte> payload) =>
        ClientOf(to).Receive(request.Reply(type, payload.Length), payload);

    public override void Event(Session to, ReadOnlySpan<byte> payload, bool merges, Session? cause) =>
        ClientOf(to).Receive(new(MessageType.WatchEvent, 0, 0, (uint)payload.Length), payload, merges);

    public override bool Exists(ushort domid) => base.Exists(domid) && !dead.Contains(domid);

    public override bool Connect(Session session, uint port, out XsError error)
    {
        error = Exists(session.Domain.Id) ? XsError.None : XsError.EINVAL;
        if (error == XsError.None)
            ClientOf(session).Reset();
        return error == XsError.None;
    }

    public override void Disconnect(Session session) => ClientOf(session).Session = null; // nobody reads its ring any more

    public override bool TrySetLog(string word) => false;

    public override XsError WriteReport(string? path, string text) => XsError.EINVAL;

    public void Dispose()
    {
        memory.Dispose();
        folder.Dispose();
    }

    CoreClient ClientOf(Session session)
    {
        if (clients.TryGetValue(session, out var known))
            return known;
        var client = session.IsSocket || !guests.TryGetValue(session.Domain.Id, out var guest) ? new CoreClient(this) : guest;
        if (!session.IsSocket)
            guests[session.Domain.Id] = client;
        client.Session = session;
        clients[session] = client;
        return client;
    }

    /// <summary>A client of the core; equal events of one request are merged, as a queue of the shell's does.</summary>
    sealed class CoreClient(CoreStage stage) : IClient
    {
        readonly List<byte> sent = [];
        readonly List<(Message Message, int Turn)> received = [];

        internal Session? Session { get; set; }

        public bool IsClosed { get; set; }

        public void Send(ReadOnlySpan<byte> bytes)
        {
            sent.AddRange(bytes);
            Frame frame;
            while ((frame = MessageFramer.Next(sent.ToArray(), out var header, out int length)) == Frame.Whole && Session is not null)
            {
                byte[] message = sent.GetRange(0, length).ToArray();
                sent.RemoveRange(0, length);
                stage.turn++;
                stage.dispatcher.Handle(Session, header, message.AsSpan(MessageHeader.Size));
                while (stage.store.Publisher.PublishAndReclaim(1000))
                {
                }
            }
            IsClosed |= frame == Frame.Violation;
        }

        public Message? Receive(TimeSpan timeout)
        {
            if (received.Count == 0)
                return null;
            var first = received[0];
            received.RemoveAt(0);
            return first.Message;
        }

        internal void Receive(MessageHeader header, ReadOnlySpan<byte> payload, bool merges = false)
        {
            var message = new Message(
                (uint)header.Type, header.RequestId, header.TransactionId, System.Text.Encoding.Latin1.GetString(payload));
            if (!merges || !received.Contains((message, stage.turn)))
                received.Add((message, stage.turn));
        }

        internal void Reset()
        {
            sent.Clear();
            received.Clear();
        }

        public void Dispose()
        {
            if (Session is { IsSocket: true })
                stage.store.Sessions.Close(Session);
            Session = null;
        }
    }
}
