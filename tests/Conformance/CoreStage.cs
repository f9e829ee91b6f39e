using Xen.Protocol.Wire;
using XenStored.Clients;
using XenStored.Commands;
using XenStored.Store;
using XenStored.Tree.Storage;

namespace Xen.Conformance;

/// <summary>Our core in this process, without a shell: a request is handled when its last byte is sent.</summary>
sealed class CoreStage : IStage, IOutbox, IDomainControl, IDaemonControl
{
    readonly string _folder = Directory.CreateTempSubdirectory("xs-core").FullName;
    readonly StoreMemory _memory;
    readonly XenStore _store;
    readonly Dispatcher _dispatcher;
    readonly HashSet<int> _dead = [];
    readonly Dictionary<int, CoreClient> _guests = [];
    int _turn;

    public CoreStage()
    {
        _memory = new(Path.Combine(_folder, "store"), 64 << 20, 0);
        _store = new(_memory, this, this, this);
        _dispatcher = new(_store);
        _store.DomainLife.Introduce(0, 1);
    }

    public string? Fault => Audit.FirstFault(_store);

    public IClient Connect(string who)
    {
        if (who[0] != 'd' || !ushort.TryParse(who[1..], out var domid))
        {
            return ClientOf(_store.Open(_store.Home, isSocket: true));
        }
        if (_store.Domains.Find(domid)?.Session is null)
        {
            Introduce(domid);
        }
        return _guests[domid];
    }

    public void Introduce(int domid)
    {
        if (_store.DomainLife.Introduce((ushort)domid, 1) is var error && error != XsError.None)
        {
            throw new InvalidOperationException($"INTRODUCE {domid} was answered by {error}");
        }
    }

    public void Change(int domid, DomainState state)
    {
        _ = state == DomainState.Dead ? _dead.Add(domid) : _dead.Remove(domid);
        if (state == DomainState.Dead)
        {
            _store.DomainLife.Gone((ushort)domid);
        }
        else if (state == DomainState.ShutDown && _store.DomainLife.ShutDown((ushort)domid))
        {
            _store.DomainLife.TellRelease();
        }
    }

    public void Reply(Session to, MessageHeader request, MessageType type, ReadOnlySpan<byte> payload) =>
        ClientOf(to).Receive(request.Reply(type, payload.Length), payload);

    public void Event(Session to, ReadOnlySpan<byte> payload, bool merges, Session? cause) =>
        ClientOf(to).Receive(new(MessageType.WatchEvent, 0, 0, (uint)payload.Length), payload, merges);

    public bool Exists(ushort domid) => domid < Domid.FirstReserved && !_dead.Contains(domid);

    public bool Connect(Session session, uint port, out XsError error)
    {
        error = Exists(session.Domain.Id) ? XsError.None : XsError.EINVAL;
        if (error == XsError.None)
        {
            ClientOf(session).Reset();
        }
        return error == XsError.None;
    }

    public void Disconnect(Session session) => ClientOf(session).Session = null; // nobody reads its ring any more

    public string LogSettings => "";

    public bool TrySetLog(string word) => false;

    public XsError OpenLogFile(string path) => XsError.None;

    public void Trace(string what, object which)
    {
    }

    public void Print(string text)
    {
    }

    public XsError WriteReport(string? path, string text) => XsError.EINVAL;

    public string Status(bool asJson) => "";

    public void Dispose()
    {
        _memory.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    CoreClient ClientOf(Session session)
    {
        if (session.Link is CoreClient known)
        {
            return known;
        }
        var client = session.IsSocket || !_guests.TryGetValue(session.Domain.Id, out var guest) ? new CoreClient(this) : guest;
        if (!session.IsSocket)
        {
            _guests[session.Domain.Id] = client;
        }
        client.Session = session;
        session.Link = client;
        return client;
    }

    /// <summary>A client of the core; equal events of one request are merged, as a queue of the shell's does.</summary>
    sealed class CoreClient(CoreStage stage) : IClient
    {
        readonly List<byte> _sent = [];
        readonly List<(Message Message, int Turn)> _received = [];

        internal Session? Session { get; set; }

        public bool IsClosed { get; set; }

        public void Send(ReadOnlySpan<byte> bytes)
        {
            _sent.AddRange(bytes);
            Frame frame;
            while ((frame = MessageFramer.Next(_sent.ToArray(), out var header, out var length)) == Frame.Whole && Session is not null)
            {
                var message = _sent.GetRange(0, length).ToArray();
                _sent.RemoveRange(0, length);
                stage._turn++;
                stage._dispatcher.Handle(Session, header, message.AsSpan(MessageHeader.Size));
                while (stage._store.EndTurn(1000))
                {
                }
            }
            IsClosed |= frame == Frame.Violation;
        }

        public Message? Receive(TimeSpan timeout)
        {
            if (_received.Count == 0)
            {
                return null;
            }
            var first = _received[0];
            _received.RemoveAt(0);
            return first.Message;
        }

        internal void Receive(MessageHeader header, ReadOnlySpan<byte> payload, bool merges = false)
        {
            var message = new Message((uint)header.Type, header.RequestId, header.TransactionId, System.Text.Encoding.Latin1.GetString(payload));
            if (!merges || !_received.Contains((message, stage._turn)))
            {
                _received.Add((message, stage._turn));
            }
        }

        internal void Reset()
        {
            _sent.Clear();
            _received.Clear();
        }

        public void Dispose()
        {
            if (Session is { IsSocket: true })
            {
                stage._store.Close(Session);
            }
            Session = null;
        }
    }
}
