using XenStored.Clients;
using XenStored.Surroundings;
using XenStored.Tree;
using XenStored.Watches;

namespace XenStored.Store;

/// <summary>Sets and removes the watches of connections.</summary>
sealed class WatchList(WatchTrie watches, RecordWriter records, IDaemonControl control)
{
    long order; // of the watch that was set last, also over the deaths of processes

    /// <summary>Sets a watch.</summary>
    /// <param name="depth">How many levels below its path it hears of; null: of all.</param>
    internal Watch Add(Session session, StorePath path, ReadOnlySpan<byte> token, int? depth)
    {
        var watch = new Watch(session, path.Bytes.ToArray(), path.HomeLength, token.ToArray(), depth, ++order);
        Put(watch);
        records.Changed(watch);
        control.Begins(watch);
        return watch;
    }

    /// <summary>Goes on with a watch that an earlier process had.</summary>
    internal void Reopen(Watch watch)
    {
        Put(watch);
        order = Math.Max(order, watch.Order);
    }

    /// <summary>Removes a watch.</summary>
    internal void Remove(Watch watch)
    {
        watch.IsOver = true;
        watch.Session.Remove(watch);
        watches.Remove(watch);
        records.Changed(watch);
        control.Ends(watch);
        watch.Session.Domain.Account.Watches.Add(-1);
        watch.Session.Domain.Account.Memory.Add(-watch.Charge);
    }

    /// <summary>Removes all watches of a connection.</summary>
    internal void RemoveAll(Session session)
    {
        // The last first, because removing from the end of a list is cheap.
        foreach (var watch in session.Watches.OrderByDescending(watch => watch.Order))
            Remove(watch);
    }

    void Put(Watch watch)
    {
        watch.Session.Add(watch);
        watches.Add(watch);
        watch.Session.Domain.Account.Watches.Add(1);
        watch.Session.Domain.Account.Memory.Add(watch.Charge);
    }
}
