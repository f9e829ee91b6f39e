using Xen.Linux.Loop;

namespace XenStored.Connections;

/// <summary>
/// Who is served when, and the order of an iteration: each ready connection serves some messages, the store is published once, what died is
/// reclaimed, and only then is sent what the iteration owes. So what a client was told is always in the published store.
/// </summary>
sealed class Scheduler
{
    const int MessagesAtOnce = 128, ReclaimedAtOnce = 256;

    readonly Server server;
    readonly byte[] scratch = new byte[64 * 1024];
    readonly ConnectionQueue ready = new(Queues.Ready), dirty = new(Queues.Dirty), held = new(Queues.Held), deferred = new(Queues.Deferred);
    readonly List<Connection> doomed = [];
    readonly LoopTimer floorEnds, creditGrows;

    internal Scheduler(Server server)
    {
        this.server = server;
        (floorEnds, creditGrows) = (new(server.Loop, EndDeferral), new(server.Loop, ReleaseHeld));
    }

    /// <summary>Iterations since the start.</summary>
    internal long Iterations { get; private set; }

    /// <summary>A gate keeps it from being read.</summary>
    internal bool IsHeld(Connection connection) => held.Has(connection);

    /// <summary>Somebody else has the floor: it is not read until that ends.</summary>
    internal bool IsDeferred(Connection connection) => deferred.Has(connection);

    /// <summary>It may have something to say, and may have room for what waits for it.</summary>
    internal void Wake(Connection connection)
    {
        MarkReady(connection);
        if (!connection.Out.IsEmpty)
            MarkDirty(connection);
    }

    /// <summary>It has something to send, or its other side to wake, when the iteration ends.</summary>
    internal void MarkDirty(Connection connection) => dirty.Add(connection);

    /// <summary>It is closed when it was sent what it is owed; false if that is so already.</summary>
    internal bool CloseAfterIteration(Connection connection)
    {
        if (!connection.Doom())
            return false;
        doomed.Add(connection);
        return true;
    }

    /// <summary>Serves, publishes, sends; answers whether there is more to do at once.</summary>
    internal bool EndIteration()
    {
        Iterations++;
        server.Store.Now = server.Loop.Now;
        EndDeferral();
        int served = ServeReady();
        bool hasWork = server.Store.EndTurn(ReclaimedAtOnce + 4 * served);
        if (server.Store.Memory.Blocks.Slabs.TakeRefusal() is not 0 and var errno)
            server.TellFull(errno);
        server.Trace.Flush(); // what a client has been told is in the trace
        Send();
        server.DomainConnections.Unmask();
        ReleaseHeld();
        if (ready.Count > 0)
            return true;
        if (hasWork)
            Thread.Yield(); // what is left to do can wait for whom we have answered, who may have no other CPU than ours
        return hasWork || !WaitForFloor();
    }

    void MarkReady(Connection connection)
    {
        if (connection.State != ConnectionState.Closed)
            ready.Add(connection);
    }

    int ServeReady()
    {
        int served = 0;
        for (int waiting = ready.Count; waiting > 0; waiting--)
        {
            var connection = ready.Take();
            if (!server.Store.StarvationGuard.MayServe(connection.Session))
            {
                Defer(connection);
                continue;
            }
            served += connection.Serve(scratch, MessagesAtOnce, out var next);
            if (next == NextService.AtOnce)
                MarkReady(connection);
            else if (next == NextService.WhenAdmitted && held.Add(connection))
                server.TellHeld(connection);
        }
        return served;
    }

    // Not watched meanwhile, or its readiness would wake the loop again and again.
    void Defer(Connection connection)
    {
        if (connection.State != ConnectionState.Closed && deferred.Add(connection))
            MarkDirty(connection);
    }

    // Lets those go on who waited for the floor, unless somebody has it still.
    void EndDeferral()
    {
        if (server.Store.StarvationGuard.Expire(server.Loop.Now) >= 0)
            return;
        while (deferred.Count > 0)
        {
            var connection = deferred.Take();
            MarkReady(connection);
            MarkDirty(connection);
        }
    }

    // Sees to it that those who wait for the floor go on when its time is over; false if that is now.
    bool WaitForFloor()
    {
        if (deferred.Count == 0)
            return true;
        long left = server.Store.StarvationGuard.Expire(server.Loop.Now);
        if (left < 0)
            return false;
        floorEnds.At(server.Loop.Now + left);
        return true;
    }

    // Sending may free a guest's gate, and ending a connection may tell others: both are the next iteration's.
    void Send()
    {
        while (dirty.Count > 0)
            dirty.Take().Flush();
        foreach (var connection in doomed)
            server.Close(connection);
        doomed.Clear();
    }

    // Gates open by what others do as well: a quota is raised, nodes are removed. So each that is held is looked at.
    void ReleaseHeld()
    {
        for (int left = held.Count; left > 0; left--)
        {
            var connection = held.Take();
            var gate = connection.State == ConnectionState.Closed ? Gate.None : connection.ClosedGate();
            if (gate == Gate.None)
            {
                MarkReady(connection);
                continue;
            }
            held.Add(connection);
            if (gate == Gate.Credit && !server.Limiter.Admits(connection.Credit, server.Loop.Now, out int wait)
                && (!creditGrows.IsSet || server.Loop.Now + wait < creditGrows.Due))
                creditGrows.At(server.Loop.Now + wait);
        }
    }
}
