using Xen.Protocol.Wire;
using XenStored.Clients;
using XenStored.Clients.Limits;
using XenStored.Store;
using XenStored.Tests.Support;

namespace XenStored.Tests.Model;

/// <summary>
/// Plays one random history on the core and on the naive store and compares every reply and every event. Transactions are judged by what
/// they promise: a committed one must answer the same when it is run alone at its commit; a refused one must have had a rival.
/// </summary>
sealed class History : IDisposable
{
    const int MostNodes = 12;
    static readonly string[] Names = ["a", "b", "c"];
    static readonly string[] Acts =
    [
        "write", "write", "write", "mkdir", "rm", "read", "directory", "getperms", "setperms", "watch", "unwatch",
        "start", "end", "end", "abort", "die", "turn",
    ];

    sealed class Client(Session session, Who who)
    {
        internal Session Session = session;
        internal readonly Who Who = who;
        internal readonly List<(string Path, string Token)> Watches = [];
        internal readonly List<string> Expected = [];
        internal uint Transaction;
        internal NaiveTree? Snapshot;
        internal List<(Func<NaiveTree, string> Request, string Reply, bool Writes)> Log = [];
        internal int StartedAt;
    }

    readonly Core core = new();
    readonly List<Client> clients = [];
    readonly List<(Client By, uint Transaction, MessageType? Type, string Payload, string Reply)> story = []; // since Begin
    NaiveTree tree = new();
    int version;
    long? liveAtBegin;

    internal History()
    {
        core.Store.Quotas[Quota.Nodes] = MostNodes;
        clients.Add(new(core.Socket(), new(0, true)));
        clients.Add(new(core.Socket(), new(0, true)));
        foreach (ushort domid in new ushort[] { 1, 2 })
            clients.Add(new(core.Guest(domid), new(domid, false)));
        foreach (var client in clients)
            core.Take(client.Session);
        Begin();
    }

    void Begin()
    {
        story.Clear();
        Play(0, "write", "/g", "", [('b', 0)]);
        Play(0, "setperms", "/g", "", [('b', 0)]);
    }

    /// <summary>Ends the history and begins another one. Nothing of the first is left, also no block of memory.</summary>
    internal void BeginAgain()
    {
        foreach (var client in clients.Where(client => client.Snapshot is not null))
            End(client, commits: false);
        foreach (var client in clients.Where(client => client.Who.IsPrivileged))
            while (client.Watches.Count > 0)
                Unwatch(client, client.Watches[^1].Path, client.Watches[^1].Token);
        foreach (var client in clients.Where(client => !client.Who.IsPrivileged))
            Die(client);
        foreach (string name in Names.Append("g").Where(name => tree.Find("/" + name) is not null))
            Play(0, "rm", "/" + name, "", []);
        Compare();
        Is("", Audit.FirstFault(core.Store) ?? "");
        core.EndIteration();
        long live = core.Memory.Bytes.Live;
        True(liveAtBegin is null || liveAtBegin == live, $"an empty store had {liveAtBegin} bytes of blocks, and has {live}");
        liveAtBegin = live;
        Begin();
    }

    public void Dispose() => core.Dispose();

    /// <summary>Bytes of an act.</summary>
    internal const int ActSize = 6;

    /// <summary>One act, chosen by a number.</summary>
    internal void Act(int number)
    {
        Span<byte> act = stackalloc byte[ActSize];
        new Random(number).NextBytes(act);
        Act(act);
    }

    /// <summary>One act, as its bytes say it: who, what, and on which path with which value and permissions.</summary>
    internal void Act(ReadOnlySpan<byte> act)
    {
        string path = act[2] % 3 == 0 ? "" : "/g";
        for (int names = act[2] / 3 % 3, digits = act[3]; names >= 0; names--, digits /= 3)
            path += "/" + Names[digits % 3];
        var permissions = new List<(char, int)>();
        for (int entries = act[4] % 3, digits = act[5]; entries >= 0; entries--, digits /= 12)
            permissions.Add(("nrwb"[digits % 4], digits / 4 % 3));
        Play(act[0] % clients.Count, Acts[act[1] % Acts.Length], path, "v" + act[4] / 3 % 4, permissions);
    }

    void Play(int index, string act, string path, string value, List<(char Letter, int Domid)> permissions)
    {
        var client = clients[index];
        string list = string.Join('\0', permissions.Select(entry => $"{entry.Letter}{entry.Domid}"));
        int most = Most(client); // of now: a request that is run again at its commit is still one of a transaction
        switch (act)
        {
            case "write":
                Request(client, MessageType.Write, $"{path}\0{value}", path, tree => tree.Write(client.Who, path, value, most), true);
                break;
            case "mkdir": Request(client, MessageType.Mkdir, $"{path}\0", path, tree => tree.Mkdir(client.Who, path, most), true); break;
            case "rm": Request(client, MessageType.Rm, $"{path}\0", path, tree => tree.Rm(client.Who, path), true); break;
            case "setperms":
                Request(client, MessageType.SetPerms, $"{path}\0{list}\0", path,
                    tree => tree.SetPerms(client.Who, path, permissions), true);
                break;
            case "read": Request(client, MessageType.Read, $"{path}\0", path, tree => tree.Read(client.Who, path), false); break;
            case "directory":
                Request(client, MessageType.Directory, $"{path}\0", path, tree => tree.Directory(client.Who, path), false);
                break;
            case "getperms":
                Request(client, MessageType.GetPerms, $"{path}\0", path, tree => tree.GetPerms(client.Who, path), false);
                break;
            case "watch": Watch(client, path, value); break;
            case "unwatch": Unwatch(client, path, value); break;
            case "start" when client.Snapshot is null: Start(client); break;
            case "end" or "abort" when client.Snapshot is not null: End(client, act == "end"); break;
            case "die" when !client.Who.IsPrivileged: Die(client); break;
            default: core.EndIteration(); break;
        }
        Compare();
    }

    // Inside a transaction the quota is looked at when it commits.
    static int Most(Client client) => client.Snapshot is null ? MostNodes : int.MaxValue;

    void Request(Client client, MessageType type, string payload, string path, Func<NaiveTree, string> request, bool writes)
    {
        var seen = client.Snapshot ?? tree;
        bool isWatched = clients.Exists(one => one.Watches.Count > 0);
        var before = writes && client.Snapshot is null && isWatched ? tree.Copy() : tree;
        bool existed = seen.Find(path) is not null;
        string wanted = request(seen);
        string got = core.Ask(client.Session, type, payload, client.Transaction);
        story.Add((client, client.Transaction, type, payload, got));
        if (client.Snapshot is not null)
            client.Log.Add((request, wanted, writes && wanted == "OK" && HasEffect(type, existed)));
        else if (writes && wanted == "OK")
        {
            version++;
            if (isWatched)
                Expect(type, path, before);
        }
        client.Expected.Add(wanted);
    }

    void Expect(MessageType type, string path, NaiveTree before)
    {
        if (!HasEffect(type, before.Find(path) is not null))
            return;
        if (type == MessageType.Rm)
            ExpectRemoval(path, before);
        else
            Fire(path, before, isExact: false);
    }

    static bool HasEffect(MessageType type, bool existed) =>
        !(type == MessageType.Mkdir && existed || type == MessageType.Rm && !existed);

    void ExpectRemoval(string path, NaiveTree before)
    {
        foreach (string gone in before.Below(path))
            Fire(gone, before, isExact: gone != path);
    }

    void Fire(string path, NaiveTree before, bool isExact)
    {
        foreach (var client in clients)
            foreach (var (watched, token) in client.Watches)
                if ((watched == path || !isExact && path.StartsWith(watched + "/", StringComparison.Ordinal))
                    && (MayRead(client, tree, path) || MayRead(client, before, path)))
                    client.Expected.Add($"< {path} {token}");
    }

    static bool MayRead(Client client, NaiveTree tree, string path)
    {
        string parent = NaiveTree.Parent(path);
        return tree.Find(path) is not null && tree.Rights(client.Who, path).Contains('r')
            || tree.Find(parent) is not null && tree.Rights(client.Who, parent).Contains('r');
    }

    void Watch(Client client, string path, string token)
    {
        bool isNew = !client.Watches.Contains((path, token));
        string payload = $"{path}\0{token}\0";
        story.Add((client, 0, MessageType.Watch, payload, core.Ask(client.Session, MessageType.Watch, payload)));
        client.Expected.Add(isNew ? "OK" : "EEXIST");
        if (!isNew)
            return;
        client.Watches.Add((path, token));
        client.Expected.Add($"< {path} {token}");
    }

    void Unwatch(Client client, string path, string token)
    {
        string payload = $"{path}\0{token}\0";
        story.Add((client, 0, MessageType.Unwatch, payload, core.Ask(client.Session, MessageType.Unwatch, payload)));
        client.Expected.Add(client.Watches.Remove((path, token)) ? "OK" : "ENOENT");
    }

    void Start(Client client)
    {
        string id = core.Ask(client.Session, MessageType.TransactionStart, "\0");
        client.Transaction = uint.Parse(id, System.Globalization.CultureInfo.InvariantCulture);
        story.Add((client, 0, MessageType.TransactionStart, "", id));
        core.Take(client.Session);
        client.Expected.Clear();
        (client.Snapshot, client.Log, client.StartedAt) = (tree.Copy(), [], version);
    }

    void End(Client client, bool commits)
    {
        Compare();
        string reply = core.Ask(client.Session, MessageType.TransactionEnd, commits ? "T\0" : "F\0", client.Transaction);
        story.Add((client, client.Transaction, MessageType.TransactionEnd, commits ? "T" : "F", reply));
        foreach (var each in clients)
            core.Take(each.Session); // the events of a commit are merged by node; the conformance scripts say how
        var log = client.Log;
        (client.Snapshot, client.Transaction) = (null, 0);
        if (!commits)
        {
            Is("OK", reply);
            return;
        }
        if (reply == "EAGAIN")
        {
            True(version != client.StartedAt, "a transaction without a rival is refused");
            return;
        }
        if (!log.Any(entry => entry.Writes))
        {
            Is("OK", reply);
            return; // as if it had run alone when it began
        }
        var alone = tree.Copy();
        foreach (var (request, was, _) in log)
            Is(was, request(alone)); // as if it had run alone at its commit
        int owned = alone.OwnedBy(client.Who.Domid);
        bool fits = client.Who.IsPrivileged || owned <= MostNodes || owned <= tree.OwnedBy(client.Who.Domid);
        Is(fits ? "OK" : "ENOSPC", reply);
        if (!fits)
            return;
        tree = alone;
        version++;
    }

    void Die(Client client)
    {
        foreach (var each in clients)
            if (each.Snapshot is not null)
                End(each, commits: false);
        ushort domid = (ushort)client.Who.Domid;
        client.Watches.Clear();
        foreach (string path in tree.TopsOwnedBy(domid, "/"))
        {
            var before = tree.Copy();
            tree.Remove(path);
            ExpectRemoval(path, before);
        }
        tree.Forget(domid);
        version++;
        core.Die(domid);
        story.Add((client, 0, null, "", ""));
        client.Session = core.Guest(domid);
        client.Expected.Clear();
        core.Take(client.Session);
    }

    void Compare()
    {
        foreach (var client in clients)
        {
            string[] taken = core.Take(client.Session);
            if (!client.Expected.SequenceEqual(taken))
                Is(string.Join('\n', Replies(client.Expected)), string.Join('\n', Replies(taken)));
            client.Expected.Clear();
        }
        if (story.Count % 7 == 0)
            Is("", Audit.FirstFault(core.Store) ?? "");
    }

    // The model names a client's own events after its reply; the order of the two is the conformance scripts' to judge.
    static IEnumerable<string> Replies(IEnumerable<string> lines) => lines.OrderBy(line => line.StartsWith("< ", StringComparison.Ordinal));

    void Is(string wanted, string got)
    {
        if (wanted != got)
            True(false, $"wanted {wanted}\ngot {got}");
    }

    void True(bool holds, string otherwise)
    {
        if (!holds)
            throw new InvalidOperationException($"{otherwise}\nafter\n{string.Join('\n', story.Select(Told))}");
    }

    static string Told((Client By, uint Transaction, MessageType? Type, string Payload, string Reply) act) => act.Type is null
        ? $"d{act.By.Who.Domid} dies"
        : $"d{act.By.Who.Domid} {act.Type} {act.Payload.Replace('\0', ' ')} tx {act.Transaction} -> {act.Reply}";
}
