using Microsoft.Extensions.Logging.Abstractions;
using System.Text;
using Xen.Protocol.Wire;
using XenStored.Clients;
using XenStored.Commands;
using XenStored.Handover;
using XenStored.Store;
using XenStored.Tree.Storage;

namespace XenStored.Tests.Support;

/// <summary>The core without a daemon: requests in, what each client received out. Domains below 100 exist unless they died.</summary>
sealed class Core : QuietSurroundings, IDisposable
{
    readonly TempFolder folder = TempFolder.InMemory();
    readonly Dictionary<Session, List<string>> received = [];
    readonly HashSet<ushort> dead = [];

    internal Core(long bytes = 256 << 20)
    {
        Memory = new(folder.File("store"), bytes, 0);
        Store = new(Memory, this, this, this) { Readers = { MostSessions = 64, MostWatches = 256, MostTransactions = 16 } };
        Dispatcher = new(Store, this, new LiveUpdate(new(), Store, null, new(folder.File("socket")), NullLogger.Instance));
    }

    internal StoreMemory Memory { get; }
    internal XenStore Store { get; }
    internal Dispatcher Dispatcher { get; }

    internal Session Socket() => Known(Store.Sessions.Open(Store.Domains.Home, isSocket: true));

    /// <summary>A client of the read-only socket.</summary>
    internal Session Reader(uint uid) => Known(Store.Sessions.OpenReader(uid));

    internal Session Guest(ushort domid)
    {
        dead.Remove(domid);
        if (Store.DomainLife.Introduce(domid, 1) is not XsError.None and var error)
            throw new InvalidOperationException($"domain {domid} is not introduced: {error}");
        return Known(Store.Domains.Find(domid)!.Session!);
    }

    internal void Die(ushort domid)
    {
        dead.Add(domid);
        Store.DomainLife.Gone(domid);
    }

    /// <summary>One request; answers its reply as text, an error by its name.</summary>
    internal string Ask(Session session, MessageType type, string payload, uint transaction = 0)
    {
        var list = received[session];
        Dispatcher.Handle(session, new(type, 7, transaction, (uint)payload.Length), Encoding.Latin1.GetBytes(payload));
        return list.Last(line => !line.StartsWith("< ", StringComparison.Ordinal));
    }

    /// <summary>What a client received since the last time, replies and events in order; events as <c>&lt; path token</c>.</summary>
    internal string[] Take(Session session)
    {
        string[] lines = received[session].ToArray();
        received[session].Clear();
        return lines;
    }

    /// <summary>Ends a turn: publish, then all the work that was put off.</summary>
    internal void EndIteration()
    {
        while (Store.Publisher.PublishAndReclaim(1000))
            continue;
    }

    public override void Reply(Session to, MessageHeader request, MessageType type, ReadOnlySpan<byte> payload) =>
        received[to].Add(Encoding.Latin1.GetString(payload).TrimEnd('\0').Replace('\0', ' '));

    public override void Event(Session to, ReadOnlySpan<byte> payload, bool merges, Session? cause) =>
        received[to].Add("< " + Encoding.Latin1.GetString(payload).TrimEnd('\0').Replace('\0', ' '));

    public override bool Exists(ushort domid) => domid < 100 && !dead.Contains(domid);

    public override bool Connect(Session session, uint port, out XsError error)
    {
        Known(session);
        return base.Connect(session, port, out error);
    }

    public void Dispose()
    {
        Memory.Dispose();
        folder.Dispose();
    }

    Session Known(Session session)
    {
        received.TryAdd(session, []);
        return session;
    }
}
