using Xen.Linux.Loop;
using XenStored.Connections.State;
using XenStored.Crashes;
using XenStored.Logs;
using XenStored.Store;

namespace XenStored.Connections;

/// <summary>
/// Decides which connection is served when, and runs an iteration in this order: each ready connection serves some messages, the store is
/// published once, dead blocks are reclaimed, and only then the replies and events are sent. So everything that a client knows is in the
/// published store.
/// </summary>
sealed class Scheduler
{
    const int MessagesAtOnce = 128, MessagesOfReaderAtOnce = 16;
    const int ReclaimedAtOnce = 256, ReclaimedForEach = 4; // dead blocks: in each iteration, and for each message that it served

    readonly EventLoop loop;
    readonly XenStore store;
    readonly ConnectionQueues queues;
    readonly Inbox inbox;
    readonly ConnectionEnds ends;
    readonly Gates gates;
    readonly Outbox outbox;
    readonly Trace trace;
    readonly Totals totals;
    readonly LoopTimer priorityEnds, creditGrows;

    internal Scheduler(
        EventLoop loop, XenStore store, ConnectionQueues queues, Inbox inbox, ConnectionEnds ends, Gates gates,
        Outbox outbox, Trace trace, Totals totals)
    {
        (this.loop, this.store, this.queues, this.inbox) = (loop, store, queues, inbox);
        (this.ends, this.gates, this.outbox, this.trace, this.totals) = (ends, gates, outbox, trace, totals);
        (priorityEnds, creditGrows) = (new(loop, EndDeferral), new(loop, ReleaseHeld));
    }

    /// <summary>Serves, publishes and sends. Returns whether there is more to do at once.</summary>
    internal bool EndIteration()
    {
        store.Now = loop.Now;
        EndDeferral();
        int served = ServeReady();
        Crash.At(CrashPoint.IterationHasServed);
        outbox.PlaceInRings(ends); // guests do not see it yet
        Crash.At(CrashPoint.IterationHasPlaced);
        // From here on the store's file has what was served.
        bool hasWork = store.Publisher.PublishAndReclaim(ReclaimedAtOnce + ReclaimedForEach * served);
        trace.Flush(); // before sending, so that the trace has everything that a client knows
        outbox.ShowAndSend(ends);
        Crash.At(CrashPoint.IterationHasSent);
        if (served > 0)
            loop.ExpectMore();
        ReleaseHeld();
        totals.EndIteration(loop.Now);
        if (queues.Ready.Count > 0 || queues.Dirty.Count > 0)
            return true;
        if (hasWork)
            Thread.Yield(); // the rest can wait: a client that got its reply may have only this CPU
        return hasWork || !WaitForPriority();
    }

    int ServeReady()
    {
        int served = 0;
        for (int waiting = queues.Ready.Count; waiting > 0; waiting--)
        {
            var connection = queues.Ready.Take();
            if (!store.StarvationGuard.MayServe(connection.Session))
            {
                Defer(connection);
                continue;
            }
            int budget = connection.Session.IsReader ? MessagesOfReaderAtOnce : MessagesAtOnce;
            served += inbox.Serve(connection, budget, out var next);
            if (next == NextService.AtOnce)
                queues.MarkReady(connection);
            else if (next == NextService.WhenAdmitted && queues.Held.Add(connection))
                Hold(connection);
        }
        return served;
    }

    // Sending stops watching it for reading. Else its readiness would wake the loop again and again.
    void Hold(Connection connection)
    {
        gates.NoteClosed(connection);
        queues.FlushAfterIteration(connection);
    }

    // Sending stops watching it, as for one that is held.
    void Defer(Connection connection)
    {
        if (connection.State != ConnectionState.Closed && queues.Deferred.Add(connection))
            queues.FlushAfterIteration(connection);
    }

    // Makes the deferred connections ready, unless one still has priority.
    void EndDeferral()
    {
        if (store.StarvationGuard.Expire(loop.Now) is not null)
            return;
        while (queues.Deferred.Count > 0)
        {
            var connection = queues.Deferred.Take();
            queues.MarkReady(connection);
            queues.FlushAfterIteration(connection);
        }
    }

    // If connections are deferred, sets the timer for the end of the priority. False: it is over now.
    bool WaitForPriority()
    {
        if (queues.Deferred.Count == 0)
            return true;
        if (store.StarvationGuard.Expire(loop.Now) is not { } left)
            return false;
        priorityEnds.At(loop.Now + left);
        return true;
    }

    // Actions of others can open gates, too: a quota is raised, nodes are removed. So this looks at each held connection.
    void ReleaseHeld()
    {
        for (int left = queues.Held.Count; left > 0; left--)
        {
            var connection = queues.Held.Take();
            var gate = connection.State == ConnectionState.Closed ? Gate.None : gates.ClosedFor(connection);
            if (gate == Gate.None)
            {
                totals.Throttled += connection.Counters.EndThrottled(loop.Now);
                queues.MarkReady(connection);
                if (connection.Session.IsReader)
                    queues.FlushAfterIteration(connection);
                continue;
            }
            queues.Held.Add(connection);
            if (gate == Gate.Credit && gates.WaitFor(connection) is > 0 and var wait
                && (!creditGrows.IsSet || loop.Now + wait < creditGrows.Due))
                creditGrows.At(loop.Now + wait);
        }
    }
}
