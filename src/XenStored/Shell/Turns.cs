namespace XenStored.Shell;

/// <summary>
/// The order of a turn: each ready connection serves some messages, the store is published once, what died is reclaimed, and only then is
/// sent what the turn owes. So what a client was told is always in the published store.
/// </summary>
sealed class Turns(Server server)
{
    const int MessagesATurn = 128, ReclaimATurn = 256;
    const int ExpiryCheckMs = 1000, GarbageAtOnce = 1024 * 1024;

    readonly byte[] scratch = new byte[64 * 1024];
    readonly Queue<Connection> ready = new();
    readonly List<Connection> dirty = [], doomed = [], held = [], deferred = [], due = [];
    long nextExpiry, collectedAt;

    /// <summary>Turns since the start.</summary>
    internal long Count { get; private set; }

    /// <summary>Rings whose guests have not read all.</summary>
    internal LazyRings LazyRings { get; } = new();

    /// <summary>It is to have a turn.</summary>
    internal void MarkReady(Connection connection)
    {
        if (connection.IsReady || connection.IsClosed)
            return;
        connection.IsReady = true;
        ready.Enqueue(connection);
    }

    /// <summary>It has something to send, or its other side to wake, when the turn is over.</summary>
    internal void MarkDirty(Connection connection)
    {
        if (connection.IsDirty)
            return;
        connection.IsDirty = true;
        dirty.Add(connection);
    }

    /// <summary>It is to be closed when it was sent what it is owed; false if that is so already.</summary>
    internal bool CloseAfterTurn(Connection connection)
    {
        if (connection.IsDoomed || connection.IsClosed)
            return false;
        connection.IsDoomed = true;
        doomed.Add(connection);
        return true;
    }

    /// <summary>Serves, publishes, sends; answers how many milliseconds the loop may wait, -1 for ever.</summary>
    internal int End()
    {
        Count++;
        server.Store.Now = server.Loop.Now;
        if (server.Store.Floor.Expire(server.Loop.Now) < 0)
            EndDeferral();
        LookAgain();
        int served = ServeReady();
        bool hasWork = server.Store.EndTurn(ReclaimATurn + 4 * served);
        server.Trace.Flush(); // what a client has been told is in the trace
        Send();
        server.Guests.Unmask();
        CollectGarbage();
        ExpireEvents();
        long wait = Math.Min(LazyRings.Wait(server.Loop.Now), ReleaseHeld());
        if (ready.Count > 0)
            return 0;
        if (hasWork)
        {
            Thread.Yield(); // what is left to do can wait for whom we have answered, who may have no other CPU than ours
            return 0;
        }
        if (deferred.Count > 0)
            wait = Math.Min(wait, Math.Max(server.Store.Floor.Expire(server.Loop.Now), 0));
        return wait == long.MaxValue ? -1 : (int)wait;
    }

    int ServeReady()
    {
        int served = 0;
        for (int waiting = ready.Count; waiting > 0; waiting--)
        {
            var connection = ready.Dequeue();
            connection.IsReady = false;
            if (!server.Store.Floor.MayServe(connection.Session))
            {
                Defer(connection);
                continue;
            }
            served += connection.Serve(scratch, MessagesATurn, out bool hasMore);
            if (hasMore)
                MarkReady(connection);
            else if (connection.IsHeld && !connection.IsAmongHeld)
            {
                connection.IsAmongHeld = true;
                held.Add(connection);
            }
        }
        return served;
    }

    // Not watched meanwhile, or its readiness would wake the loop again and again.
    void Defer(Connection connection)
    {
        if (connection.IsClosed || connection.IsDeferred)
            return;
        connection.IsDeferred = true;
        deferred.Add(connection);
        MarkDirty(connection);
    }

    void EndDeferral()
    {
        foreach (var connection in deferred)
        {
            connection.IsDeferred = false;
            MarkReady(connection);
            MarkDirty(connection);
        }
        deferred.Clear();
    }

    // Sending may free a guest's gate, and ending a connection may tell others: both are the next turn's.
    void Send()
    {
        for (int i = 0; i < dirty.Count; i++)
        {
            dirty[i].IsDirty = false;
            dirty[i].Flush();
        }
        dirty.Clear();
        foreach (var connection in doomed)
            server.Close(connection);
        doomed.Clear();
    }

    // What a guest asks meanwhile is looked at as well: who does not tell what it has read might not tell that either.
    void LookAgain()
    {
        LazyRings.TakeDue(server.Loop.Now, due);
        foreach (var connection in due)
            server.Wake(connection);
        due.Clear();
    }

    // Needs no timer of its own: something waits for the guest, so its ring is looked at each second at least.
    void ExpireEvents()
    {
        if (LazyRings.Waiting.Count == 0 || server.Options.EventTimeoutMs == 0 || server.Loop.Now < nextExpiry)
            return;
        nextExpiry = server.Loop.Now + ExpiryCheckMs;
        foreach (var guest in LazyRings.Waiting)
        {
            int before = guest.Out.Bytes;
            guest.Counters.EventsExpired += guest.Out.Expire(server.Loop.Now);
            guest.Uncharge(before - guest.Out.Bytes);
        }
    }

    // Gates open by what others do as well: a quota is raised, nodes are removed. So each that is held is looked at.
    long ReleaseHeld()
    {
        long soonest = long.MaxValue;
        for (int i = held.Count - 1; i >= 0; i--)
        {
            var connection = held[i];
            if (!connection.IsClosed && !connection.MayRead())
            {
                if (!server.Limiter.Admits(connection.Credit, server.Loop.Now, out int wait))
                    soonest = Math.Min(soonest, wait);
                continue;
            }
            connection.IsAmongHeld = false;
            held.RemoveAt(i);
            MarkReady(connection);
        }
        return soonest;
    }

    // The collector by itself would wait for garbage as large as the processor's cache. Small bites, taken when all are answered, keep the
    // process small and the pauses short.
    void CollectGarbage()
    {
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        if (allocated - collectedAt < GarbageAtOnce)
            return;
        collectedAt = allocated;
        GC.Collect(0);
    }
}
