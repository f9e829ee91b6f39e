using Xen.Linux.Loop;
using Xen.Linux.Terminals;
using Xen.Protocol.Rings;
using XenConsoled.Core;
using XenConsoled.Life;
using XenConsoled.Logs;
using XenConsoled.Memory;

namespace XenConsoled.Consoles;

/// <summary>
/// One console. It takes what the guest writes into its ring to the pty, the log, the journal and the viewers. It gives their input to the
/// guest. The table <see cref="ConsoleLife"/> decides about all events except bytes.
/// </summary>
sealed class GuestConsole : IReadyHandler
{
    const int FloodFills = 16, FloodLooks = 100, LooksToNotify = 30, LastFills = 4;
    const int RetryMs = 1000;

    readonly ConsoleHost host;
    readonly RingEnd ring;
    readonly PtyEnd pty;
    readonly GuestLog log;
    readonly LoopTimer retry; // set while the ring, the port or the pty is missing
    readonly List<IViewer> viewers = [];
    JournalLines? journal;
    ConsoleKeys keys;
    EventRate rate;
    ConsoleCounters counters;
    Trouble ringTrouble;
    long? deniedSince;
    bool isInputFull;

    /// <param name="pty">The pty that an earlier process made for the console.</param>
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
    internal long LogFailures => log.Failures;
    internal bool IsLogFailing => log.IsFailing;
    internal string? PtyPath => pty.Path;
    internal bool IsConnected => ring.IsConnected;
    internal bool IsFlooding => rate.IsFlooding;

    /// <summary>Our port; 0 if none is bound.</summary>
    internal int Port => ring.IsConnected ? Memory.State.Port : 0;

    /// <summary>
    /// When its next turn is, in microseconds of the scheduler's clock; null while it wants none. Only the scheduler writes it.
    /// </summary>
    internal long? NextTurn { get; set; }

    /// <summary>Applies the keys of the store.</summary>
    internal void Apply(in ConsoleKeys wanted)
    {
        if (wanted.Name != Memory.Name)
            Memory.Name = wanted.Name;
        keys = wanted with { Limit = Memory.Limit };
        Happens(wanted.IsOurs ? ConsoleEvent.KeysCame : ConsoleEvent.ForeignKeysCame);
    }

    /// <summary>Continues what an earlier process left.</summary>
    internal void Restore() => Happens(ConsoleEvent.KeysCame);

    /// <summary>The domain is gone, or was gone when this process began.</summary>
    internal void EndGuest() => Happens(ConsoleEvent.DomainWent);

    /// <summary>Ends the console for good.</summary>
    internal void End() => Happens(ConsoleEvent.TimeIsUp);

    /// <summary>
    /// Leaves the console as it is for the next process. The guest is not notified: it waits until its ring has space again.
    /// </summary>
    internal void Leave() => Happens(ConsoleEvent.DaemonEnds);

    /// <summary>Writes the pty's path to the store again.</summary>
    internal void WritePtyPath() => pty.WritePath();

    /// <summary>Opens the log again, because its file was moved away.</summary>
    internal void ReopenLog() => log.Reopen();

    /// <summary>Moves the log to the file that the domain's name and the options now name.</summary>
    internal void MoveLog() => log.MoveTo(host.Logs.PathOf(Id, Name));

    internal void Add(IViewer viewer) => viewers.Add(viewer);

    internal void Remove(IViewer viewer) => viewers.Remove(viewer);

    /// <summary>
    /// Gives the guest as much of a viewer's input as it has space for, and returns how many bytes that were.
    /// <see cref="IViewer.InputFreed"/> reports space for the rest.
    /// </summary>
    internal int Give(ReadOnlySpan<byte> bytes)
    {
        int given = ring.Give(bytes);
        NoteInput();
        return given;
    }

    /// <summary>
    /// Whether there is something for which the guest notifies: it has written, or has read from a full ring. Impossible indices are
    /// nothing, however often they are looked at.
    /// </summary>
    internal bool HasNews => ring.IsMapped && (ring.Output.Used > 0 || isInputFull && ring.InputFree > 0);

    /// <summary>The same, where a guest may wait for it, or where it is worth a turn.</summary>
    internal bool HasMuchNews =>
        ring.IsMapped && (ring.Output.Used > ConsolePage.OutputSize / 2 || isInputFull && ring.InputFree > 0);

    /// <summary>Takes output from the guest and announces space for its input, if the rate allows it.</summary>
    /// <param name="now">Microseconds of the scheduler's clock.</param>
    /// <param name="pause">The pause between the turns of a guest that floods.</param>
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
        AnnounceInputFreed();
        if (IsHeld)
            return new(Unmasks: false); // the port stays masked until the pty's readers have taken enough
        bool wasTaken = Pump(notifies: !rate.IsFlooding);
        rate.Found(wasTaken);
        if (wasTaken && rate.IsFlooding)
            PumpFlood();
        Publish(pty.Flush());
        log.Go();
        if (!wasTaken || !rate.IsFlooding && !ring.Output.HasBytes)
            return new(Unmasks: true, ExpectsMore: wasTaken);
        // This port would be pending again in a moment: it stays masked, and the next turn looks at the ring.
        return new(Unmasks: false, Math.Max(rate.NextTurn(pause), now));
    }

    /// <summary>The pty has input, or space again.</summary>
    public void Ready(Readiness readiness)
    {
        Publish(pty.Ready(readiness));
        NoteInput();
        if (host.KeepsOverflow && ring.IsMapped && NextTurn is null && !IsHeld)
            host.Scheduler.Want(this); // the guest was made to wait
    }

    /// <summary>Whether all kept output is delivered, as far as somebody takes it.</summary>
    internal bool IsDone()
    {
        bool isLogged = FinishLog();
        Publish(pty.Flush());
        return isLogged && OutputBuffer.Waiting(Memory.State.Output) == 0 && pty.IsRead;
    }

    /// <summary>Writes what is left into the log; true if nothing is left.</summary>
    internal bool FinishLog()
    {
        log.Hurry();
        return log.IsIdle;
    }

    /// <summary>Bytes that were not delivered: to the pty's readers, and to the log.</summary>
    internal (ulong Dropped, ulong LogLost) Losses => (Memory.State.Output.Dropped + (ulong)OutputBuffer.Waiting(Memory.State.Output),
        Memory.State.LogLost + Memory.State.Taken - Memory.State.Logged);

    bool IsHeld => host.KeepsOverflow && Memory.OutputFree < ConsolePage.OutputSize && OutputBuffer.Waiting(Memory.State.Output) > 0;

    // The way of a guest's bytes, for one fill of its ring. A process may die before each of these steps. Each step says what happens then.
    bool Pump(bool notifies = true)
    {
        Span<byte> buffer = stackalloc byte[ConsolePage.OutputSize];
        var bytes = buffer[..Peek(buffer)];
        if (bytes.IsEmpty)
            return false;
        Keep(bytes); // 1. into the memory. Death before it: the next process takes them from the ring.
        var change = rate.IsFlooding ? PtyChange.None : pty.Flush(); // 2. to the pty's readers. Death before it: as 1.
        Memory.Publish(); // 3. visible to other processes. Death before it: as 1, but readers see the write of 2 twice.
        ring.Output.Advance(bytes.Length); // 4. out of the ring. Death before it: the next process knows that it has them, and skips them.
        if (notifies) // or PumpFlood does it
            ring.Notify(); // 5. the guest learns of the space. Death before it: the next process notifies it when it takes the port over.
        Show(bytes); // 6. to viewers and the journal. Death before it: viewers end with the process, and the journal lacks these bytes.
        Follow(change);
        return true;
    }

    // A guest that floods fills its ring as fast as it is emptied. Several fills in one turn cost less than one wake-up for each.
    // Other consoles wait for some tens of microseconds meanwhile. Each notification is a system call. A guest that writes on by itself, as
    // Linux does, needs only one at the end.
    void PumpFlood()
    {
        int looks = FloodFills * FloodLooks;
        bool isNotified = false;
        for (int fills = 1; fills < FloodFills && !IsHeld; fills++)
        {
            isNotified = AwaitFill(ref looks);
            if (!Pump(notifies: false))
                break;
            isNotified = false;
        }
        if (!isNotified)
            ring.Notify();
    }

    // Waits until the ring is full, while the guest writes on and as long as looks are left. A guest that does not begin may be waiting for
    // its notification. Whether it got one.
    bool AwaitFill(ref int looks)
    {
        uint first = ring.Output.Produced, last = first;
        bool isNotified = false;
        for (int still = 0; looks > 0 && still < FloodLooks && ring.Output.Free > 0; looks--)
        {
            Thread.SpinWait(1);
            uint produced = ring.Output.Produced;
            still = produced == last ? still + 1 : 0;
            last = produced;
            if (still != LooksToNotify || produced != first || isNotified)
                continue;
            ring.Notify();
            isNotified = true;
        }
        return isNotified;
    }

    // Invalid indices cost the guest its output and harm nobody else. They are logged once.
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
            host.Scheduler.Want(this); // that turn writes what waits to the new pty
        else if (change == PtyChange.Lost)
            Happens(ConsoleEvent.Failed);
    }

    // Input waits until the guest has read, and notifies.
    void NoteInput() => isInputFull |= ring.IsMapped && ring.InputFree == 0;

    void AnnounceInputFreed()
    {
        if (ring.InputFree == 0)
            return;
        isInputFull = false;
        pty.InputFreed();
        for (int i = viewers.Count - 1; i >= 0; i--)
            viewers[i].InputFreed();
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
            case ConsoleStep.DrainRing: DrainRing(); break;
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
            host.Scheduler.Want(this); // nobody was told of what it wrote before; what waits goes to the new pty
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
        DrainRing();
    }

    void DrainRing()
    {
        for (int fills = 0; fills < LastFills && ring.IsMapped && Pump(); fills++) // the guest writes no more, so a ring has one fill
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
