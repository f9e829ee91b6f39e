using System.Globalization;
using Xen.Protocol.Wire;
using XenStored.Accounting;
using XenStored.Clients;
using XenStored.Store.Records;
using XenStored.Tree;

namespace XenStored.Store;

/// <summary>
/// Gives a store what an earlier process knew beside the tree, from the records of <see cref="RecordWriter"/>. What domains own is counted
/// anew.
/// </summary>
sealed class StoreReopening(XenStore store, RecordTree records)
{
    /// <summary>Reads the records. No watch fires.</summary>
    /// <exception cref="InvalidDataException">A record is not valid.</exception>
    internal void Run()
    {
        if (records.Get("/globals"u8) is { } globals)
            GlobalRecord.Read(globals, store.Quotas, store.Specials);
        foreach (var (name, value) in records.Below("/epoch"u8))
            store.Memory.DiedBefore((ushort)Number(name), BitConverter.ToInt64(value));
        store.Sessions.ReadLogs();
        ReadDomains();
        ReadWatches();
        CountNodes();
    }

    void ReadDomains()
    {
        var all = records.Below("/domain"u8).ConvertAll(record => ((ushort)Number(record.Name), new DomainRecord(record.Value)));
        foreach (var (domid, record) in all)
        {
            var domain = store.Domains.FindOrAdd(domid);
            record.GiveTo(domain);
            if (record.SessionId is { } session)
                store.Sessions.Reopen(domain, session, record.TransactionBound);
        }
        foreach (var (domid, record) in all)
            if (record.Target is { } target)
                store.Domains.FindOrAdd(domid).Target = store.Domains.Find(target);
        store.Domains.Changed.Clear(); // the records have all of it
    }

    void ReadWatches()
    {
        foreach (var (name, value) in records.Below("/watch"u8).OrderBy(record => Number(record.Name)))
        {
            var reader = new FieldReader(value);
            long client = reader.Next<long>();
            ushort domid = reader.Next<ushort>();
            int depth = reader.Next<int>(), homeLength = reader.Next<int>();
            byte[] path = reader.NextBytes(), token = reader.NextBytes();
            uint? uid = domid == Domid.Invalid ? reader.Next<uint>() : null; // it is a reader's
            if ((client == 0 ? store.Domains.Find(domid)?.Session : store.Sessions.ReopenSocket(client, reader: uid)) is { } session)
                store.Sessions.Reopen(new Watch(session, path, homeLength, token, depth, Number(name)) { IsRecorded = true });
        }
    }

    // The nodes of domains as their accounts have them: records and paths.
    void CountNodes()
    {
        var delta = new QuotaDelta(store.Memory);
        Removals.Count(store.Memory.Blocks, store.Memory.Root, pathLength: 0, delta);
        foreach (var entry in delta.Entries)
            store.Domains.Charge(entry.Domid, -entry.Nodes, -entry.Bytes); // counted as if all were removed
        foreach (var special in store.Specials)
            store.Domains.Charge(special.Permissions[0].Domid, 1, 0);
    }

    static long Number(byte[] name) =>
        long.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out long number)
            ? number
            : throw new InvalidDataException("a record's name is no number");
}
