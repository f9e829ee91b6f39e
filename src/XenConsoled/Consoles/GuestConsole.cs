using Xen.Loop;
using Xen.Rings;
using XenConsoled.Core;
using XenConsoled.Logs;
using XenConsoled.Memory;

namespace XenConsoled.Consoles;

/// <summary>
/// One console: takes what its guest writes into its ring, to the pty, the log, the journal and the viewers, and gives the guest what they type.
/// What is taken is kept in the console's memory before the guest is told so.
/// </summary>
sealed class GuestConsole : IReadyHandler
{
    /// <summary>No turn is wanted.</summary>
    internal const long Never = long.MaxValue;

    const int FloodRings = 16, FloodLooks = 100;

    readonly ConsoleHost host;
    readonly List<IViewer> viewers = [];
    ConsoleKeys keys;
    GuestLog? log;
    JournalLines? journal;
    readonly RingEnd ring;
    readonly PtyEnd pty;
    EventRate rate;
    ConsoleCounters counters;
    bool isFaulty, inputWaits;
    long deniedSince;

    /// <param name="pty">One that an earlier process made for it.</param>
    internal GuestConsole(ConsoleHost host, ConsoleMemory memory, Xen.Posix.Pty? pty = null)
    {
        (this.host, Memory) = (host, memory);
        Id = new(memory.Identity.Domid, memory.Kind);
        ring = new(host, memory);
        this.pty = new(host, this, pty);
        keys = new(memory.Name, memory.State.RingRef, memory.State.GuestPort, true, memory.Limit);
    }

    internal ConsoleId Id { get; }
    internal ConsoleMemory Memory { get; }
    internal string Name => keys.Name;
    internal ref readonly ConsoleCounters Counters => ref counters;
    internal int Viewers => viewers.Count;
    internal string? LogPath => log?.Path;
    internal string? PtyPath => pty.Path;
    internal bool IsConnected => ring.IsConnected;
    internal bool IsFlooding => rate.IsFlooding;

    /// <summary>Our port; 0 if none is bound.</summary>
    internal int Port => ring.IsConnected ? Memory.State.Port : 0;

    /// <summary>It is on the list of those that want a turn, and of those whose log waits; kept by <see cref="Turns"/>.</summary>
    internal bool IsListed { get; set; }
    internal bool IsLogListed { get; set; }

    /// <summary>When it wants its next turn, by the microseconds of <see cref="Turns"/>.</summary>
    internal long NextTurn { get; set; } = Never;

    /// <summary>
    /// Does what the store says; false if something failed that may work later. After a restart of the daemon it is called with what the
    /// console's memory says.
    /// </summary>
    internal bool Apply(in ConsoleKeys wanted)
    {
        bool isRenamed = wanted.Name != Memory.Name;
        keys = wanted with { Limit = Memory.Limit };
        if (isRenamed)
            Memory.Name = wanted.Name;
        if (!wanted.IsOurs)
        {
            ring.Disconnect();
            return true;
        }
        if (isRenamed || log is null)
            MoveLog();
        journal ??= host.OpenJournal(this);
        bool isWhole = ring.Connect(keys);
        if (isWhole)
            WantTurn(0); // what it wrote before we came was told to nobody
        if (!pty.IsOpen)
            isWhole &= pty.Open();
        return isWhole;
    }

    /// <summary>Goes on with what an earlier process had.</summary>
    internal bool Restore() => Apply(keys);

    /// <summary>The domain is gone, but its log and who has its pty open may lack something.</summary>
    internal void RestoreRest()
    {
        SetLog();
        if (pty.Path is not null)
            pty.Open();
    }

    internal void PtyWasMade() => counters.Ptys++;

    /// <summary>Tells the store again where the pty is.</summary>
    internal void TellPty() => pty.Tell();

    /// <summary>Something came through its port, or may have.</summary>
    internal void WantTurn(long now)
    {
        if (NextTurn > now)
            NextTurn = now;
        host.WantsTurn(this);
    }

    /// <summary>Takes and gives what there is, if it may; sets <see cref="NextTurn"/>.</summary>
    /// <returns>Whether its port may be unmasked now.</returns>
    internal bool Turn(long now, long pause)
    {
        NextTurn = Never;
        if (!ring.IsMapped)
            return false;
        if (!rate.TryTake(now, pause))
        {
            if (deniedSince == 0)
                deniedSince = now;
            NextTurn = Math.Max(rate.NextTurn(pause), now + 1);
            return false;
        }
        if (deniedSince != 0)
            counters.ThrottledTime += now - deniedSince;
        deniedSince = 0;
        counters.Turns++;
        bool wasGiven = inputWaits && GiveRoom();
        if (IsHeld)
            return false; // the port stays masked until a viewer has taken enough
        bool wasTaken = TakeOutput();
        rate.Found(wasTaken);
        if (wasTaken && rate.IsFlooding)
            TakeFlood();
        pty.Flush();
        if (wasTaken)
            ring.Notify();
        if (wasTaken || wasGiven)
            Memory.Publish();
        if (!wasTaken || !rate.IsFlooding && !ring.Page.Output.HasBytes)
            return true;
        NextTurn = Math.Max(rate.NextTurn(pause), now); // a port that will be pending in a moment again is left masked, and its ring looked at
        return false;
    }

    /// <summary>What is to be done about its log; answers the milliseconds after which to ask again, -1 for only after more output.</summary>
    internal int GoLog(long now) => log?.Go(now, hurries: false) ?? -1;

    /// <summary>Opens the log anew: its file was moved away.</summary>
    internal void ReopenLog() => log?.Reopen();

    /// <summary>Goes on in the file that the domain's name and the options say now; with none, what was not yet written is not missed.</summary>
    internal void MoveLog()
    {
        if (log is null)
            SetLog();
        else if (host.LogPath(this) != log.Path)
            log.WhenFree(SetLog);
    }

    void SetLog()
    {
        if (log is not null)
            host.CloseLog(log);
        log = host.OpenLog(this);
        if (log is null)
        {
            Memory.State.Logged = Memory.State.Taken;
            Memory.State.Intent = default; // of a file that is not written any more
        }
        host.WantsLog(this);
    }

    internal void Add(IViewer viewer) => viewers.Add(viewer);

    internal void Remove(IViewer viewer) => viewers.Remove(viewer);

    /// <summary>Gives the guest what a viewer typed; answers how many bytes there was room for. For the rest <see cref="IViewer.InputRoomCame"/> tells.</summary>
    internal int Give(ReadOnlySpan<byte> bytes)
    {
        if (!ring.IsMapped)
            return bytes.Length; // nobody reads it
        int given = Math.Max(ring.Page.Input.Put(bytes), 0);
        if (given > 0)
        {
            Memory.State.Sent += (ulong)given;
            ring.Notify();
        }
        inputWaits |= given < bytes.Length;
        return given;
    }

    /// <summary>How many bytes the guest can be given now.</summary>
    internal int InputRoom => ring.IsMapped ? Math.Max(ring.Page.Input.Room, 0) : 0;

    /// <summary>Somebody waits for room; <see cref="Turn"/> will look for it.</summary>
    internal void WaitForInputRoom() => inputWaits = true;

    /// <summary>The pty has something, or room again.</summary>
    public void Ready(Readiness readiness)
    {
        pty.Ready(readiness);
        if (IsHeldNoLonger)
            WantTurn(0);
    }

    /// <summary>
    /// The domain is dying: its last words are taken, and its page and port given back. The pty, the log and viewers still get what is kept.
    /// </summary>
    internal void EndGuest()
    {
        if (ring.IsMapped)
        {
            for (int rings = 0; rings < 4 && TakeOutput(); rings++) // it writes no more; a ring has one fill
            {
            }
            pty.Flush();
        }
        journal?.End(Name);
        ring.Disconnect();
        Memory.Publish();
    }

    /// <summary>Whether all that was kept has gone where it should, as far as anybody takes it.</summary>
    internal bool IsDone(long now)
    {
        log?.Go(now, hurries: true);
        pty.Flush();
        return (log?.IsIdle ?? true) && OutputBuffer.Waiting(Memory.State.Output) == 0 && pty.IsRead;
    }

    /// <summary>Ends it for good.</summary>
    internal void End()
    {
        ring.Disconnect();
        if (log is not null)
            host.CloseLog(log);
        pty.End();
        foreach (var viewer in viewers.ToArray())
            viewer.Ended();
        Memory.Remove();
    }

    /// <summary>Leaves it as it is for the next process, in order. The guest is told nothing: it waits until there is room in its ring again.</summary>
    internal void Leave()
    {
        log?.End();
        ring.Unmap();
        Memory.Publish();
        Memory.Dispose();
    }

    /// <summary>Writes what is left into the log, at the daemon's end; whether nothing is left.</summary>
    internal bool FinishLog(long now)
    {
        log?.Go(now, hurries: true);
        return log?.IsIdle ?? true;
    }

    /// <summary>What did not get where it should have: bytes for the pty's readers, and for the log.</summary>
    internal (ulong Dropped, ulong LogLost) Losses => (Memory.State.Output.Dropped + (ulong)OutputBuffer.Waiting(Memory.State.Output),
        Memory.State.LogLost + (log is null ? 0 : Memory.State.Taken - Memory.State.Logged));

    bool IsHeld => host.KeepsOverflow && Memory.OutputRoom < ConsolePage.OutputSize && OutputBuffer.Waiting(Memory.State.Output) > 0;

    bool IsHeldNoLonger => host.KeepsOverflow && ring.IsMapped && NextTurn == Never && !IsHeld;

    bool TakeOutput()
    {
        Span<byte> bytes = stackalloc byte[ConsolePage.OutputSize];
        var output = ring.Page.Output;
        int count = output.Peek(bytes);
        if (count <= 0)
        {
            if (count < 0)
                Fault();
            return false;
        }
        bytes = bytes[..count];
        Memory.Append(bytes);
        Memory.State.RingConsumed = output.Consumed + (uint)count;
        Memory.Publish();
        output.Advance(count);
        for (int i = viewers.Count - 1; i >= 0; i--)
            viewers[i].Output(bytes);
        journal?.Add(bytes, Name, host.Loop.Now);
        if (log is null)
            Memory.State.Logged = Memory.State.Taken;
        return true;
    }

    // A guest that floods is awake and fills its ring as fast as it is emptied: to take some rings in one turn costs less than to be woken for each.
    // What another waits meanwhile is some tens of microseconds.
    void TakeFlood()
    {
        for (int rings = 1; rings < FloodRings && !IsHeld; rings++)
        {
            ring.Notify();
            for (int looks = 0; looks < FloodLooks && ring.Page.Output.Room > ConsolePage.OutputSize / 2; looks++)
                Thread.SpinWait(1);
            if (!TakeOutput())
                return;
        }
    }

    // Impossible indices cost the guest its output and nobody anything; it is said once.
    void Fault()
    {
        counters.RingFaults++;
        if (!isFaulty)
            ConsoleLog.RingFault(host.Logger, Id.Domid, Name);
        isFaulty = true;
    }

    bool GiveRoom()
    {
        if (InputRoom == 0)
            return false;
        inputWaits = false;
        pty.InputRoomCame();
        foreach (var viewer in viewers.ToArray())
            viewer.InputRoomCame();
        return true;
    }
}
