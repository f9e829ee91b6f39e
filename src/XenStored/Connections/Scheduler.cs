using Xen.Linux.Loop;

namespace XenStored.Connections;

/// <summary>
/// Decides which connection is served when, and runs an iteration in this order: each ready connection serves some messages, the store is
/// published once, dead blocks are reclaimed, and only then the replies and events are sent. So everything that a client knows is in the
/// published store.
/// </summary>
sealed class Scheduler
{
    const int MessagesAtOnce = 128, ReclaimedAtOnce = 256;

    readonly Server server;
    readonly byte[] scratch = new byte[64 * 1024];
    readonly ConnectionQueue ready = new(Queues.Ready), dirty = new(Queues.Dirty), held = new(Queues.Held), deferred = new(Queues.Deferred);
    readonly List<Connection> doomed = [];
    readonly LoopTimer priorityEnds, creditGrows;

    internal Scheduler(Server server)
    {
        this.server = server;
        (priorityEnds, creditGrows) = (new(server.Loop, EndDeferral), new(server.Loop, ReleaseHeld));
    }

    /// <summary>The number of iterations since the start.</summary>
    internal long Iterations { get; private set; }

    /// <summary>Whether it is not read because a gate is closed.</summary>
    internal bool IsHeld(Connection connection) => held.Has(connection);

    /// <summary>Whether it is not read because another connection has priority.</summary>
    internal bool IsDeferred(Connection connection) => deferred.Has(connection);

    /// <summary>It may have requests, and may take messages that wait for it.</summary>
    internal void Wake(Connection connection)
    {
        MarkReady(connection);
        if (!connection.Out.IsEmpty)
            MarkDirty(connection);
    }

    /// <summary>When the iteration ends, it must send something, or notify its other side.</summary>
    internal void MarkDirty(Connection connection) => dirty.Add(connection);

    /// <summary>
    /// Closes it at the end of the iteration, after the messages that wait for it were sent. False: it is to be closed already, or closed.
    /// </summary>
    internal bool CloseAfterIteration(Connection connection)
    {
        if (!connection.Doom())
            return false;
        doomed.Add(connection);
        return true;
    }

    /// <summary>Serves, publishes and sends. Returns whether there is more to do at once.</summary>
    internal bool EndIteration()
    {
        Iterations++;
        server.Store.Now = server.Loop.Now;
        EndDeferral();
        int served = ServeReady();
        bool hasWork = server.Store.EndIteration(ReclaimedAtOnce + 4 * served);
        if (server.Store.Memory.Blocks.Slabs.TakeRefusal() is not 0 and var errno)
            server.LogFull(errno);
        server.Trace.Flush(); // before sending, so that the trace has everything that a client knows
        Send();
        server.DomainConnections.Unmask();
        ReleaseHeld();
        if (ready.Count > 0)
            return true;
        if (hasWork)
            Thread.Yield(); // the rest can wait: a client that got its reply may have only this CPU
        return hasWork || !WaitForPriority();
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
                server.LogHeld(connection);
        }
        return served;
    }

    // Its flush stops watching it for reading. Else its readiness would wake the loop again and again.
    void Defer(Connection connection)
    {
        if (connection.State != ConnectionState.Closed && deferred.Add(connection))
            MarkDirty(connection);
    }

    // Makes the deferred connections ready, unless one still has priority.
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

    // If connections are deferred, sets the timer for the end of the priority. False: it is over now.
    bool WaitForPriority()
    {
        if (deferred.Count == 0)
            return true;
        long left = server.Store.StarvationGuard.Expire(server.Loop.Now);
        if (left < 0)
            return false;
        priorityEnds.At(server.Loop.Now + left);
        return true;
    }

    // Sending may open a guest's gate, and closing a connection may cause events. Both take effect in the next iteration.
    void Send()
    {
        while (dirty.Count > 0)
            dirty.Take().Flush();
        foreach (var connection in doomed)
            server.Close(connection);
        doomed.Clear();
    }

    // Actions of others can open gates, too: a quota is raised, nodes are removed. So this looks at each held connection.
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
