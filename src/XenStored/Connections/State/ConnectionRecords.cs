using System.Globalization;
using XenStored.Connections.Transports;
using XenStored.Crashes;
using XenStored.Store;
using XenStored.Tree;
using XenStored.Tree.Storage;

namespace XenStored.Connections.State;

/// <summary>
/// Records what another process needs to go on with a connection: how far it is served, the bytes that were taken from the client and not
/// served, and those that wait for it. All of it is published with the effects of the requests. So no request is served twice, and no reply
/// or event is lost or sent twice. Worked example: a reply of 1500 bytes follows 200 bytes in a guest's ring of 1024. 824 bytes are put
/// into the ring, and 676 into a record, whose name is 1024: so many bytes are sent before its first. The guest reads, and 500 more are
/// put: 1524 bytes are sent. Another process skips the bytes of the record before that. What a client on the socket is sent at once,
/// after the publish, needs no record of its own: it is in <see cref="StoreMemory.Outgoing"/> until the next publish.
/// </summary>
sealed class ConnectionRecords(StoreMemory memory, RecordTree records)
{
    const int MostOfRecord = 4096;

    /// <summary>
    /// Records what changed of a connection in this iteration. False: there is no memory for all of it. Until there is, a death of the
    /// process costs this connection what is not recorded.
    /// </summary>
    internal bool Write(Connection connection)
    {
        if (connection.Transport is not IKeptTransport { Slot: not null } transport)
            return true;
        transport.RecordProgress();
        long key = transport.Key;
        if (!connection.In.IsRecorded)
            connection.In.IsRecorded = TryWriteInput(key, connection.In.Bytes);
        var recorded = connection.Recorded;
        if (recorded.Droppings != connection.Out.Droppings)
            Forget(connection, key);
        if (recorded.Parts.Count > 0)
            RemoveSent(connection, key);
        return (connection.Out.IsEmpty || TryAddWaiting(connection, transport)) && connection.In.IsRecorded;
    }

    /// <summary>Removes all records of a connection that ends.</summary>
    internal void Remove(Connection connection)
    {
        if (connection is not { HasRecords: true, Transport: IKeptTransport { Slot: not null } transport })
            return;
        long key = transport.Key;
        records.TryRemove(RecordWriter.Path("/in/", key));
        records.TryRemove(RecordWriter.Path("/out/", key));
    }

    /// <summary>Removes the records of connections that nobody goes on with.</summary>
    internal void RemoveOthers()
    {
        foreach (var (folder, key) in Keys().ToList())
        {
            int slot = (int)(key & 0xFFFF);
            if (!memory.Slots.IsTaken(slot) || key != IKeptTransport.KeyOf(slot, memory.Slots.Owner(slot).Tag))
                records.TryRemove(RecordWriter.Path(folder + "/", key));
        }
    }

    /// <summary>The highest tag of a connection that has records; 0: none has any.</summary>
    internal uint LastTag() => Keys().Select(one => IKeptTransport.TagOf(one.Key)).DefaultIfEmpty().Max();

    IEnumerable<(string Folder, long Key)> Keys() =>
        from folder in (string[])["/in", "/out"]
        from record in records.Below(System.Text.Encoding.ASCII.GetBytes(folder))
        select (folder, long.Parse(record.Name, CultureInfo.InvariantCulture));

    /// <summary>Gives a new connection the bytes that an earlier process had for it.</summary>
    internal void Read(Connection connection, IKeptTransport transport)
    {
        long key = transport.Key;
        byte[] input = [.. records.Below(RecordWriter.Path("/in/", key)).SelectMany(part => part.Value)];
        connection.In.Keep(input);
        connection.In.IsRecorded = true;
        foreach (var (name, value) in records.Below(RecordWriter.Path("/out/", key)))
            AddEarlier(connection, uint.Parse(name, CultureInfo.InvariantCulture), value, transport.Sent);
        // They are written anew, by the positions of this process.
        connection.Recorded.HasPlace = !records.TryRemove(RecordWriter.Path("/out/", key));
    }

    /// <summary>Gives a new connection bytes that an earlier process had for it, but for those that its client was given.</summary>
    /// <param name="position">How many bytes the client was to be given before these, modulo 2^32.</param>
    internal static void AddEarlier(Connection connection, uint position, ReadOnlySpan<byte> bytes, uint sent)
    {
        int given = (int)(sent - position);
        var waiting = bytes[Math.Clamp(given, 0, bytes.Length)..];
        connection.Out.AddEarlier(waiting);
        connection.Charge(waiting.Length);
    }

    bool TryWriteInput(long key, ReadOnlySpan<byte> bytes)
    {
        bool isWritten = records.TryRemove(RecordWriter.Path("/in/", key));
        for (int at = 0; at < bytes.Length && isWritten; at += MostOfRecord)
            isWritten = records.TrySet(RecordWriter.Path($"/in/{key}/", at), bytes[at..Math.Min(at + MostOfRecord, bytes.Length)]);
        return isWritten;
    }

    // The queue dropped messages, so the records are written anew.
    void Forget(Connection connection, long key)
    {
        var recorded = connection.Recorded;
        if (recorded.HasPlace && !records.TryRemove(RecordWriter.Path("/out/", key)))
            return; // once more with the next change of the queue
        recorded.HasPlace = false;
        recorded.Parts.Clear();
        recorded.UpTo = connection.Out.Sent;
        recorded.Droppings = connection.Out.Droppings;
    }

    void RemoveSent(Connection connection, long key)
    {
        var recorded = connection.Recorded;
        while (recorded.Parts.TryPeek(out var part) && part.End <= connection.Out.Sent
               && records.TryRemove(RecordWriter.Path($"/out/{key}/", part.Name)))
            recorded.Parts.Dequeue();
    }

    bool TryAddWaiting(Connection connection, IKeptTransport transport)
    {
        var (recorded, queue) = (connection.Recorded, connection.Out);
        recorded.UpTo = Math.Max(recorded.UpTo, queue.Sent);
        int length = (int)(queue.Appended - recorded.UpTo);
        uint position = transport.Sent + (uint)(recorded.UpTo - queue.Sent);
        // What waits for the first time is sent after this publish. If some of it waits longer, it is recorded then.
        if (!transport.ShowsLater && recorded.OutgoingUpTo <= queue.Sent && length > 0
            && memory.Outgoing.Add(transport.Slot ?? 0, transport.Tag, position, length) is { Length: > 0 } place)
        {
            queue.CopyTo(place);
            Crash.At(CrashPoint.OutgoingIsFilled);
            recorded.OutgoingUpTo = queue.Appended;
            return true;
        }
        byte[] fresh = new byte[length];
        queue.CopyTo(fresh);
        for (int at = 0; at < fresh.Length; at += MostOfRecord)
        {
            var part = fresh.AsSpan(at, Math.Min(fresh.Length - at, MostOfRecord));
            uint name = position + (uint)at;
            if (!records.TrySet(RecordWriter.Path($"/out/{transport.Key}/", name), part))
                return false;
            recorded.HasPlace = true;
            recorded.UpTo += part.Length;
            recorded.Parts.Enqueue((name, recorded.UpTo));
        }
        return true;
    }
}
