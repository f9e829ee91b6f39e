using System.Globalization;
using Xen.Protocol.Wire;
using XenStored.Accounting;
using XenStored.Clients;
using XenStored.Clients.Limits;
using XenStored.Clients.Transacting;
using XenStored.Store.Records;
using XenStored.Tree;
using XenStored.Tree.Storage;

namespace XenStored.Store;

/// <summary>
/// Gives a store what an earlier process knew beside the tree, from the records of <see cref="RecordWriter"/>. What domains own is counted
/// anew.
/// </summary>
sealed class StoreReopening(
    StoreMemory memory, RecordTree records, Domains domains, Quotas quotas, SpecialNodes specials, Sessions sessions,
    WatchList watchList)
{
    /// <summary>Reads the records. No watch fires.</summary>
    /// <exception cref="InvalidDataException">A record is not valid.</exception>
    internal void Run()
    {
        if (records.Get("/globals"u8) is { } globals)
            GlobalRecord.Read(globals, quotas, specials.All);
        foreach (var (name, value) in records.Below("/epoch"u8))
            memory.DiedBefore(DomidOf(name), new FieldReader(value).Next<long>());
        sessions.KeepLogs(TransactionLog.Earlier(memory, records));
        ReadDomains();
        ReadWatches();
        CountNodes();
    }

    void ReadDomains()
    {
        var all = records.Below("/domain"u8).ConvertAll(record => (DomidOf(record.Name), new DomainRecord(record.Value)));
        foreach (var (domid, record) in all)
        {
            var domain = domains.FindOrAdd(domid);
            if (domain.Session is not null || sessions.Find(record.SessionId ?? 0) is not null)
                throw new InvalidDataException("two domains have one connection, or two connections one domain");
            record.GiveTo(domain);
            if (record.SessionId is { } session)
                sessions.Reopen(domain, session, record.TransactionBound);
        }
        foreach (var (domid, record) in all)
            if (record.Target is { } target)
                domains.FindOrAdd(domid).Target = domains.Find(target);
        domains.Changed.Clear(); // the records have all of it
    }

    void ReadWatches()
    {
        Span<byte> buffer = stackalloc byte[StorePath.BufferSize];
        foreach (var (name, value) in records.Below("/watch"u8).OrderBy(record => Number(record.Name)))
        {
            var reader = new FieldReader(value);
            long client = reader.Next<long>();
            ushort domid = reader.Next<ushort>();
            int depth = reader.Next<int>(), homeLength = reader.Next<int>();
            byte[] path = reader.NextBytes(), token = reader.NextBytes();
            uint? uid = domid == Domid.Invalid ? reader.Next<uint>() : null; // it is a reader's
            if (path is not [(byte)'/' or (byte)'@', ..] || !StorePath.TryParse(path, domid, buffer, out _)
                || homeLength < 0 || homeLength >= path.Length)
                throw new InvalidDataException("the path of a watch is none");
            if ((client == 0 ? domains.Find(domid)?.Session : sessions.ReopenSocket(client, reader: uid)) is { } session
                && session.FindWatch(path, token) is null) // there was no memory to drop its record, and then it was set again
                watchList.Reopen(new Watch(session, path, homeLength, token, depth < 0 ? null : depth, Number(name))
                {
                    IsRecorded = true,
                });
        }
    }

    // The nodes of domains as their accounts have them: records and paths.
    void CountNodes()
    {
        var delta = new QuotaDelta(memory);
        Removals.Count(memory.Blocks, memory.Root, pathLength: 0, delta);
        foreach (var entry in delta.Entries)
            domains.Charge(entry.Domid, -entry.Nodes, -entry.Bytes); // counted as if all were removed
        foreach (var special in specials.All)
            domains.Charge(special.Permissions[0].Domid, 1, 0);
    }

    static ushort DomidOf(byte[] name) => Number(name) is >= 0 and <= ushort.MaxValue and var domid
        ? (ushort)domid
        : throw new InvalidDataException("a record's name is no domain");

    static long Number(byte[] name) =>
        long.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out long number)
            ? number
            : throw new InvalidDataException("a record's name is no number");
}
