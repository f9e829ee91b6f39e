using XenStored.Clients.Transacting;
using XenStored.Tree.Storage;

namespace XenStored.Clients;

/// <summary>One connection as the store sees it. The transport belongs to the daemon around the store.</summary>
/// <param name="reader">The user, if it is a client of the read-only socket.</param>
sealed class Session(long id, Domain domain, bool isPrivileged, bool isSocket, Reader? reader = null)
{
    readonly Dictionary<uint, Transaction> transactions = [];
    readonly Dictionary<byte[], Watch> watches = new(ByteStrings.Comparer);

    /// <summary>A number that rises with each connection. Events to several connections are sent in this order.</summary>
    internal long Id { get; } = id;

    /// <summary>
    /// The domain of the connection. A socket belongs to the domain that the daemon runs in. That of a reader is no domain: it only has
    /// the accounts of its user.
    /// </summary>
    internal Domain Domain { get; } = domain;

    /// <summary>It may do everything, without quotas.</summary>
    internal bool IsPrivileged { get; } = isPrivileged && reader is null;

    /// <summary>The user, if it is a client of the read-only socket; else null.</summary>
    internal Reader? Reader => reader;

    /// <summary>It is a client of the read-only socket: it may only read, and only what every guest may read or is opened to it.</summary>
    internal bool IsReader => reader is not null;

    /// <summary>It is a client on the socket, without an introduction and without features of a ring.</summary>
    internal bool IsSocket { get; } = isSocket;

    /// <summary>It is a client on the socket with which another process can go on.</summary>
    internal bool IsKept { get; set; }

    /// <summary>The connection that transports its bytes; null if it has none yet.</summary>
    internal IConnection? Connection { get; set; }

    /// <summary>Its watches, in no particular order.</summary>
    internal IReadOnlyCollection<Watch> Watches => watches.Values;

    /// <summary>The number of its commits refused in a row. After several the store gives priority.</summary>
    internal int Losses { get; set; }

    /// <summary>The path of the conflict that refused its last commit.</summary>
    internal string ConflictPath { get; set; } = "";

    /// <summary>Its name in logs.</summary>
    internal string Name => IsReader ? $"r{Id}" : IsSocket ? $"s{Id}" : $"d{Domain.Id}";

    internal Watch? FindWatch(ReadOnlySpan<byte> path, ReadOnlySpan<byte> token)
    {
        Span<byte> key = stackalloc byte[path.Length + token.Length + 1];
        WriteKey(path, token, key);
        return watches.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(key, out var watch) ? watch : null;
    }

    internal void Add(Watch watch) => watches.Add(Key(watch), watch);

    internal void Remove(Watch watch) => watches.Remove(Key(watch));

    internal int TransactionCount => transactions.Count;

    /// <summary>It has an open transaction, or one with which it has not gone on yet since an earlier process had it.</summary>
    internal bool HasTransactions => transactions.Count > 0 || Log?.HasOpen is true;

    internal IEnumerable<Transaction> Transactions => transactions.Values;

    internal bool TryTransaction(uint id, out Transaction transaction) => transactions.TryGetValue(id, out transaction!);

    /// <summary>
    /// The number of the transaction that was begun last; 0 before the first. It is from 1 to 2^31 - 1, because OCaml's clients read it as
    /// a signed number.
    /// </summary>
    internal uint LastTransaction { get; set; }

    /// <summary>
    /// Transactions with a number up to this one were begun in an earlier process. Those that <see cref="Log"/> has go on as if nothing
    /// had happened. The others go on until their end, which is EAGAIN: see <see cref="Transaction.IsLost"/>.
    /// </summary>
    internal uint EarlierUpTo { get; set; }

    /// <summary>By which another process goes on with its transactions; null if none was begun, or no other process can go on.</summary>
    internal TransactionLog? Log { get; set; }

    /// <summary>The number that the records have: no transaction has a higher one.</summary>
    internal uint TransactionBound { get; set; }

    /// <summary>Adds a transaction under the next free number, and returns the number.</summary>
    internal uint Open(Transaction transaction)
    {
        do
            LastTransaction = LastTransaction % int.MaxValue + 1;
        while (transactions.ContainsKey(LastTransaction));
        transactions.Add(LastTransaction, transaction);
        if (LastTransaction > TransactionBound && !IsSocket)
            Domain.Changed();
        return LastTransaction;
    }

    /// <summary>Adds a transaction under the number that it had in an earlier process.</summary>
    internal void OpenAgain(uint id, Transaction transaction) => transactions.Add(id, transaction);

    internal void Close(uint id) => transactions.Remove(id);

    internal void CloseAll() => transactions.Clear();

    static byte[] Key(Watch watch)
    {
        byte[] key = new byte[watch.Path.Length + watch.Token.Length + 1];
        WriteKey(watch.Path, watch.Token, key);
        return key;
    }

    // A path has no NUL in it, so different pairs of path and token have different keys.
    static void WriteKey(ReadOnlySpan<byte> path, ReadOnlySpan<byte> token, Span<byte> key)
    {
        path.CopyTo(key);
        key[path.Length] = 0;
        token.CopyTo(key[(path.Length + 1)..]);
    }
}
