using System.Globalization;
using System.Text;
using XenStored.Clients;
using XenStored.Clients.Limits;
using XenStored.Store.Records;
using XenStored.Tree;

namespace XenStored.Store;

/// <summary>
/// Writes records of what the store knows beside the tree, so that another process can go on with it: domains, watches, the special
/// nodes, quotas, and whose permissions are void. They are written at the end of an iteration and published with the tree.
/// <see cref="StoreReopening"/> reads them. A record that there is no memory for is written in a later iteration.
/// </summary>
sealed class RecordWriter(Domains domains, Quotas quotas, SpecialNodes specials, RecordTree records)
{
    /// <summary>How far the recorded number of a client's last transaction is ahead, so that not each of them writes it.</summary>
    const uint TransactionsAhead = 1024;

    readonly HashSet<Watch> watches = [];
    readonly Dictionary<ushort, long> deaths = [];

    /// <summary>A watch was made or removed. Those of clients that are not kept end with the process.</summary>
    internal void Changed(Watch watch)
    {
        if (!watch.Session.IsSocket || watch.Session.IsKept)
            watches.Add(watch);
    }

    /// <summary>A domain died. Its permissions on nodes up to this stamp are void.</summary>
    internal void Died(ushort domid, long stamp) => deaths[domid] = stamp;

    /// <summary>Writes what changed since the last time.</summary>
    internal void Write()
    {
        if (domains.Changed.Count > 0)
            domains.Changed.RemoveWhere(TryWrite);
        if (watches.Count > 0)
            watches.RemoveWhere(TryWrite);
        if (deaths.Count > 0)
            foreach (var (domid, stamp) in deaths.ToArray())
                if (records.TrySet(Path("/epoch/", domid), BitConverter.GetBytes(stamp)))
                    deaths.Remove(domid);
        WriteGlobals();
    }

    /// <summary>The path of a record with a number.</summary>
    internal static byte[] Path(string folder, long number) =>
        Encoding.ASCII.GetBytes(folder + number.ToString(CultureInfo.InvariantCulture));

    bool TryWrite(Domain domain)
    {
        byte[] path = Path("/domain/", domain.Id);
        if (domains.Find(domain.Id) is { } present && present != domain)
            return true; // another domain has the domid
        if (domains.Find(domain.Id) is null)
            return records.TryRemove(path);
        uint bound = domain.Session is { } session ? session.LastTransaction + TransactionsAhead : 0;
        var record = new DomainRecord(domain, bound);
        if (!records.TrySet(path, record.Bytes()))
            return false;
        if (domain.Session is { } written)
            written.TransactionBound = bound;
        return true;
    }

    bool TryWrite(Watch watch)
    {
        byte[] path = Path("/watch/", watch.Order);
        if (watch.IsOver)
            return !watch.IsRecorded || records.TryRemove(path);
        var writer = new FieldWriter();
        writer.Add(watch.Session.IsSocket ? watch.Session.Id : 0);
        writer.Add(watch.Session.Domain.Id);
        writer.Add(watch.Depth ?? -1);
        writer.Add(watch.HomeLength);
        writer.Add(watch.Path);
        writer.Add(watch.Token);
        if (watch.Session.Reader is { } reader)
            writer.Add(reader.Uid);
        return watch.IsRecorded = records.TrySet(path, writer.ToArray());
    }

    // Quotas and special nodes.
    void WriteGlobals()
    {
        if (!quotas.HaveChanged && !specials.HaveChanged)
            return;
        bool isWritten = records.TrySet("/globals"u8, GlobalRecord.Write(quotas, specials.All));
        (quotas.HaveChanged, specials.HaveChanged) = (!isWritten, !isWritten);
    }
}
