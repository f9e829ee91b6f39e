using Xen.Linux.Loop;
using Xen.Linux.Terminals;
using Xen.Protocol.Rings;
using XenConsoled.Core;
using XenConsoled.Logs;
using XenConsoled.Memory;

namespace XenConsoled.Consoles;

/// <summary>
/// One console: takes what its guest writes into its ring, to the pty, the log, the journal and the viewers, and gives the guest what they
/// type. What happens to it, beside bytes, goes by the table <see cref="ConsoleLife"/>.
/// </summary>
sealed class GuestConsole : IReadyHandler
{
    const int FloodFills = 16, FloodLooks = 100, LastFills = 4;
    const int RetryMs = 1000;

    readonly ConsoleHost host;
    readonly RingEnd ring;
    readonly PtyEnd pty;
    readonly GuestLog log;
    readonly LoopTimer retry; // set while something is lacking
    readonly List<IViewer> viewers = [];
    JournalLines? journal;
    ConsoleKeys keys;
    EventRate rate;
    ConsoleCounters counters;
    Trouble ringTrouble;
    long? deniedSince;

    /// <param name="pty">One that an earlier process made for it.</param>
    internal GuestConsole(ConsoleHost host, ConsoleMemory memory, Pty? pty = null)
    {
        (this.host, Memory) = (host, memory);
        Id = new(memory.Identity.Domid, memory.Kind);
        ring = new(host, memory);
        this.pty = new(host, memory, ring, this, pty);
        log = host.Logs.Open(memory);
        retry = new(host.Loop, () => Happens(ConsoleEvent.RetryCame));
        keys = new(memory.Name, memory.State.RingRef, memory.State.GuestPort, true, memory.Limit);
    }

    internal ConsoleId Id { get; }
    internal ConsoleMemory Memory { get; }
    internal ConsolePhase Phase { get; private set; }
    internal string Name => keys.Name;
    internal ref readonly ConsoleCounters Counters => ref counters;
    internal int PtysMade => pty.Made;
    internal int Viewers => viewers.Count;
    internal string? LogPath => log.Path;
    internal string? PtyPath => pty.Path;
    internal bool IsConnected => ring.IsConnected;
    internal bool IsFlooding => rate.IsFlooding;

    /// <summary>Our port; 0 if none is bound.</summary>
    internal int Port => ring.IsConnected ? Memory.State.Port : 0;

    /// <summary>When it has its next turn, in microseconds of the scheduler's clock. The scheduler alone writes it.</summary>
    internal long NextTurn { get; set; } = ConsoleScheduler.Never;

    /// <summary>Does what the store says.</summary>
    internal void Apply(in ConsoleKeys wanted)
    {
        if (wanted.Name != Memory.Name)
            Memory.Name = wanted.Name;
        keys = wanted with { Limit = Memory.Limit };
        Happens(wanted.IsOurs ? ConsoleEvent.KeysCame : ConsoleEvent.ForeignKeysCame);
    }

    /// <summary>Goes on with what an earlier process had.</summary>
    internal void Restore() => Happens(ConsoleEvent.KeysCame);

    /// <summary>Its domain is gone, or was when this process began.</summary>
    internal void EndGuest() => Happens(ConsoleEvent.DomainWent);

    /// <summary>Ends it for good.</summary>
    internal void End() => Happens(ConsoleEvent.TimeIsUp);

    /// <summary>
    /// Leaves it as it is for the next process, in order. The guest is told nothing: it waits until there is room in its ring again.
    /// </summary>
    internal void Leave() => Happens(ConsoleEvent.DaemonEnds);

    /// <summary>Tells the store again where the pty is.</summary>
    internal void TellPty() => pty.Tell();

    /// <summary>Opens the log anew: its file was moved away.</summary>
    internal void ReopenLog() => log.Reopen();

    /// <summary>Goes on in the file that the domain's name and the options say now.</summary>
    internal void MoveLog() => log.MoveTo(host.Logs.PathOf(Id, Name));

    internal void Add(IViewer viewer) => viewers.Add(viewer);

    internal void Remove(IViewer viewer) => viewers.Remove(viewer);

    /// <summary>
    /// Gives the guest what a viewer typed; answers how many bytes there was room for. For the rest <see cref="IViewer.InputRoomCame"/>
    /// tells.
    /// </summary>
    internal int Give(ReadOnlySpan<byte> bytes) => ring.Give(bytes);

    /// <summary>Takes and gives what there is, if it may.</summary>
    /// <param name="now">Microseconds of the scheduler's clock.</param>
    /// <param name="pause">The pause between the turns of one that floods.</param>
    internal TurnOutcome Turn(long now, long pause)
    {
        if (!ring.IsMapped)
            return new(Unmasks: false);
        if (!rate.TryTake(now, pause))
        {
            deniedSince ??= now;
            return new(Unmasks: false, Math.Max(rate.NextTurn(pause), now + 1));
        }
        counters.ThrottledTime += now - (deniedSince ?? now);
        deniedSince = null;
        counters.Turns++;
        TellOfInputRoom();
        if (IsHeld)
            return new(Unmasks: false); // the port stays masked until a viewer has taken enough
        bool wasTaken = Pump();
        rate.Found(wasTaken);
        if (wasTaken && rate.IsFlooding)
            PumpFlood();
        Publish(pty.Flush());
        log.Go();
        if (!wasTaken || !rate.IsFlooding && !ring.Output.HasBytes)
            return new(Unmasks: true);
        // A port that will be pending in a moment again is left masked, and its ring looked at.
        return new(Unmasks: false, Math.Max(rate.NextTurn(pause), now));
    }

    /// <summary>The pty has something, or room again.</summary>
    public void Ready(Readiness readiness)
    {
        Publish(pty.Ready(readiness));
        if (host.KeepsOverflow && ring.IsMapped && NextTurn == ConsoleScheduler.Never && !IsHeld)
            host.Scheduler.Want(this); // its guest was made to wait
    }

    /// <summary>Whether all that was kept has gone where it should, as far as anybody takes it.</summary>
    internal bool IsDone()
    {
        bool isLogged = FinishLog();
        Publish(pty.Flush());
        return isLogged && OutputBuffer.Waiting(Memory.State.Output) == 0 && pty.IsRead;
    }

    /// <summary>Writes what is left into the log, at the daemon's end; whether nothing is left.</summary>
    internal bool FinishLog()
    {
        log.Hurry();
        return log.IsIdle;
    }

    /// <summary>What did not get where it should have: bytes for the pty's readers, and for the log.</summary>
    internal (ulong Dropped, ulong LogLost) Losses => (Memory.State.Output.Dropped + (ulong)OutputBuffer.Waiting(Memory.State.Output),
        Memory.State.LogLost + Memory.State.Taken - Memory.State.Logged);

    bool IsHeld => host.KeepsOverflow && Memory.OutputRoom < ConsolePage.OutputSize && OutputBuffer.Waiting(Memory.State.Output) > 0;

    // The way of a guest's bytes, one fill of its ring. A process may die before each of these lines; what happens then is said there.
    bool Pump()
    {
        Span<byte> room = stackalloc byte[ConsolePage.OutputSize];
        var bytes = room[..Peek(room)];
        if (bytes.IsEmpty)
            return false;
        Keep(bytes); // 1. into the memory. The next process takes them from the ring.
        var change = rate.IsFlooding ? PtyChange.None : pty.Flush(); // 2. to the pty's readers. As before.
        Memory.Publish(); // 3. known to other processes. As before; readers see the one write of line 2 again, for a pty cannot be asked.
        ring.Output.Advance(bytes.Length); // 4. out of the ring. The next process finds itself ahead of the ring, and skips them there.
        ring.Notify(); // 5. the guest is told of the room. The next process tells it when it takes the port over.
        Show(bytes); // 6. to viewers, which end with the process, and to the journal, which then lacks them.
        Follow(change);
        return true;
    }

    // A guest that floods is awake and fills its ring as fast as it is emptied: to take some fills in one turn costs less than to be woken
    // for each. What another waits meanwhile is some tens of microseconds.
    void PumpFlood()
    {
        for (int fills = 1; fills < FloodFills && !IsHeld; fills++)
        {
            for (int looks = 0; looks < FloodLooks && ring.Output.Room > ConsolePage.OutputSize / 2; looks++)
                Thread.SpinWait(1);
            if (!Pump())
                return;
        }
    }

    // Impossible indices cost the guest its output and nobody anything; it is said once.
    int Peek(Span<byte> into)
    {
        int count = ring.Output.Peek(into);
        if (count >= 0)
            return count;
        counters.RingFaults++;
        if (ringTrouble.Begins())
            ConsoleLog.RingFault(host.Logger, Id.Domid, Name);
        return 0;
    }

    void Keep(ReadOnlySpan<byte> bytes)
    {
        Memory.Append(bytes);
        Memory.State.RingConsumed = ring.Output.Consumed + (uint)bytes.Length;
        log.Skip();
    }

    void Show(ReadOnlySpan<byte> bytes)
    {
        for (int i = viewers.Count - 1; i >= 0; i--)
            viewers[i].Output(bytes);
        journal?.Add(bytes, Name, host.Loop.Now);
    }

    void Publish(PtyChange change)
    {
        if (change != PtyChange.None)
            Memory.Publish();
        Follow(change);
    }

    void Follow(PtyChange change)
    {
        if (change == PtyChange.Renewed)
            host.Scheduler.Want(this); // what waits is written then
        else if (change == PtyChange.Lost)
            Happens(ConsoleEvent.Failed);
    }

    void TellOfInputRoom()
    {
        if (ring.InputRoom == 0)
            return;
        pty.InputRoomCame();
        for (int i = viewers.Count - 1; i >= 0; i--)
            viewers[i].InputRoomCame();
    }

    void Happens(ConsoleEvent what)
    {
        (var step, Phase) = ConsoleLife.On(Phase, what);
        switch (step)
        {
            case ConsoleStep.Serve: Serve(); break;
            case ConsoleStep.LetGo: ring.Disconnect(); break;
            case ConsoleStep.RetryLater: RetryLater(); break;
            case ConsoleStep.TakeUpRest: TakeUpRest(); break;
            case ConsoleStep.HearLastWords: HearLastWords(); break;
            case ConsoleStep.Bury: Bury(); break;
            case ConsoleStep.Leave: LeaveAll(); break;
            case ConsoleStep.None: break;
        }
        if (Phase != ConsolePhase.Lacking)
            retry.Cancel();
    }

    void Serve()
    {
        MoveLog();
        journal ??= host.Logs.OpenJournal(Memory);
        bool isConnected = ring.Connect(keys), wasOpen = pty.IsOpen, isOpen = wasOpen || pty.Open();
        if (isConnected)
            host.Scheduler.Bound(this);
        if (isConnected || isOpen && !wasOpen)
            host.Scheduler.Want(this); // what it wrote before we came was told to nobody, and what waits is written to the new pty
        if (!isConnected || !isOpen)
            Happens(ConsoleEvent.Failed);
    }

    void RetryLater()
    {
        if (!retry.IsSet)
            retry.At(host.Loop.Now + RetryMs);
    }

    void TakeUpRest()
    {
        MoveLog();
        if (pty.Path is not null)
            pty.Open();
        HearLastWords();
    }

    void HearLastWords()
    {
        for (int fills = 0; fills < LastFills && ring.IsMapped && Pump(); fills++) // it writes no more; a ring has one fill
        {
        }
        pty.Flush();
        journal?.End(Name);
        ring.Disconnect();
        Memory.Publish();
    }

    void Bury()
    {
        ring.Disconnect();
        log.End();
        pty.End();
        foreach (var viewer in viewers.ToArray())
            viewer.Ended();
        Memory.Remove();
    }

    void LeaveAll()
    {
        log.End();
        ring.Unmap();
        Memory.Publish();
        Memory.Dispose();
    }
}
