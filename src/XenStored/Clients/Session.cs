using XenStored.Tree.Storage;

namespace XenStored.Clients;

/// <summary>One connection as the store sees it. What it is sent through belongs to the daemon around the store.</summary>
sealed class Session(long id, Domain domain, bool isPrivileged, bool isSocket)
{
    readonly Dictionary<uint, Transaction> transactions = [];
    readonly Dictionary<byte[], Watch> watches = new(ByteStrings.Comparer);

    /// <summary>Rises with each connection: events to several go out in this order.</summary>
    internal long Id { get; } = id;

    /// <summary>Whose it is; a socket is of the domain that the daemon runs in.</summary>
    internal Domain Domain { get; } = domain;

    /// <summary>May do everything, without limits.</summary>
    internal bool IsPrivileged { get; } = isPrivileged;

    /// <summary>A socket's: no introduction, no features of a ring.</summary>
    internal bool IsSocket { get; } = isSocket;

    /// <summary>The connection, which the store does not look at.</summary>
    internal object? Link { get; set; }

    /// <summary>Its watches, in no order that matters.</summary>
    internal IReadOnlyCollection<Watch> Watches => watches.Values;

    /// <summary>Commits refused in a row; the store gives priority for many of them.</summary>
    internal int Losses { get; set; }

    /// <summary>Where its last refused commit met a rival.</summary>
    internal string ConflictPath { get; set; } = "";

    /// <summary>How logs name it.</summary>
    internal string Name => IsSocket ? $"s{Id}" : $"d{Domain.Id}";

    internal Watch? FindWatch(ReadOnlySpan<byte> path, ReadOnlySpan<byte> token)
    {
        Span<byte> key = stackalloc byte[path.Length + token.Length + 1];
        WriteKey(path, token, key);
        return watches.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(key, out var watch) ? watch : null;
    }

    internal void Add(Watch watch) => watches.Add(Key(watch), watch);

    internal void Remove(Watch watch) => watches.Remove(Key(watch));

    internal int TransactionCount => transactions.Count;

    internal IEnumerable<Transaction> Transactions => transactions.Values;

    internal bool TryTransaction(uint id, out Transaction transaction) => transactions.TryGetValue(id, out transaction!);

    /// <summary>
    /// The number of the transaction that was begun last: 1 to 2^31 - 1, for OCaml's clients read it as a signed number; 0 before the
    /// first.
    /// </summary>
    internal uint LastTransaction { get; set; }

    /// <summary>Takes up a transaction under the next number that is free.</summary>
    internal uint Open(Transaction transaction)
    {
        do
            LastTransaction = LastTransaction % int.MaxValue + 1;
        while (transactions.ContainsKey(LastTransaction));
        transactions.Add(LastTransaction, transaction);
        return LastTransaction;
    }

    internal void Close(uint id) => transactions.Remove(id);

    internal void CloseAll() => transactions.Clear();

    static byte[] Key(Watch watch)
    {
        var key = new byte[watch.Path.Length + watch.Token.Length + 1];
        WriteKey(watch.Path, watch.Token, key);
        return key;
    }

    // A path holds no NUL, so path, NUL, token is no other pair's.
    static void WriteKey(ReadOnlySpan<byte> path, ReadOnlySpan<byte> token, Span<byte> key)
    {
        path.CopyTo(key);
        key[path.Length] = 0;
        token.CopyTo(key[(path.Length + 1)..]);
    }
}
