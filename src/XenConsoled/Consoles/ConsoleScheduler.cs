using System.Diagnostics;
using System.Runtime.InteropServices;
using Xen.Hypervisor;
using Xen.Linux;
using Xen.Linux.Loop;
using XenConsoled.Core;
using XenConsoled.Logs;

namespace XenConsoled.Consoles;

/// <summary>
/// Decides when each console is served. One descriptor reports the ports of all guests. Each console with something to do gets a turn.
/// A console that had too many turns waits (<see cref="EventRate"/>). A port is unmasked only after its console was served, and the loop is
/// about to sleep.
/// </summary>
sealed class ConsoleScheduler : IReadyHandler, IPolled
{
    const int MostPorts = 1024;
    const long AtOnce = 0; // a time that has always passed
    const long Millisecond = 1_000; // in microseconds

    readonly EventLoop loop;
    readonly IEventChannels channels;
    readonly HypervisorLog? hypervisorLog;
    readonly LoopTimer nextTurn;
    readonly Dictionary<int, GuestConsole> ofPort = [];
    readonly List<int> served = []; // ports that are unmasked before the loop sleeps
    readonly int[] ports = new int[MostPorts];
    List<GuestConsole> wanting = [], going = []; // both hold a console at most once; one in neither has no NextTurn
    int flooding;

    /// <param name="hypervisorLog">Gets the ports that belong to no console; null if the hypervisor is not logged.</param>
    /// <param name="pollMicroseconds">How long the loop looks for more output before it sleeps; 0: not at all.</param>
    internal ConsoleScheduler(EventLoop loop, IEventChannels channels, HypervisorLog? hypervisorLog, int pollMicroseconds)
    {
        (this.loop, this.channels, this.hypervisorLog) = (loop, channels, hypervisorLog);
        nextTurn = new(loop, () => { }); // it only wakes the loop: every iteration ends with Go
        loop.LookBeforeSleep(pollMicroseconds, this);
    }

    // The rate of turns is counted in microseconds. The loop's clock has milliseconds only.
    static long Microseconds => Stopwatch.GetElapsedTime(0).Ticks / TimeSpan.TicksPerMicrosecond;

    /// <summary>Requests a turn for a console at the end of this iteration of the loop.</summary>
    internal void Want(GuestConsole console) => Want(console, AtOnce);

    /// <summary>Notes a console's port, which is bound now.</summary>
    internal void Bound(GuestConsole console) => ofPort[console.Port] = console;

    /// <summary>Forgets a console that is gone.</summary>
    internal void Forget(GuestConsole console)
    {
        wanting.Remove(console);
        foreach (var (port, other) in ofPort)
            if (other == console)
                ofPort.Remove(port);
    }

    /// <summary>Begins to listen, and gives every known console a turn.</summary>
    internal void Start()
    {
        if (channels.Descriptor is { } descriptor)
            loop.Watch(descriptor, Readiness.Read, this);
        WantAll();
    }

    /// <summary>Ports are pending.</summary>
    public void Ready(Readiness readiness)
    {
        int count = channels.ReadPending(ports);
        if (count < 0)
        {
            if (count != -Errno.EFBIG)
                throw new PosixException("read pending event channels", -count); // ignored, it would come again at once and for ever
            // The kernel's buffer overflowed, so any port may be pending: looks at all of them.
            WantAll();
            hypervisorLog?.AnyPortPending();
            return;
        }
        for (int i = 0; i < count; i++)
            if (Find(ports[i]) is { } console)
                Want(console);
            else
                hypervisorLog?.PortPending(ports[i]);
    }

    /// <summary>
    /// Gives all due consoles their turn at the end of each iteration of the loop. Returns true if there is more to do at once.
    /// </summary>
    internal bool Go()
    {
        long now = Microseconds, pause = EventRate.Pause(flooding);
        flooding = 0;
        (wanting, going) = (going, wanting);
        foreach (var console in going)
        {
            long? due = console.NextTurn;
            console.NextTurn = null;
            if (due > now)
                Want(console, due.Value);
            else
                Serve(console, now, pause);
            if (console.IsFlooding)
                flooding++;
        }
        going.Clear();
        if (FirstTurn() is not { } first)
            return false;
        if (first > now)
            nextTurn.At(loop.Now + MillisecondsUp(first - now));
        return first <= now;
    }

    /// <summary>
    /// Looks at the rings whose ports are masked. Only one that is half full is enough to do, so that a guest which writes on costs few
    /// turns.
    /// </summary>
    public bool Look() => Collect(console => console.HasMuchNews);

    /// <summary>Unmasks the ports whose rings are empty. The hypervisor remembers notifications from the time before.</summary>
    public bool Rest()
    {
        bool any = Collect(console => console.HasNews);
        if (served.Count > 0)
            channels.Unmask(CollectionsMarshal.AsSpan(served));
        served.Clear();
        return any;
    }

    // Gives turns to some of the consoles whose ports are masked. Those stay masked: after its turn each is among the served again.
    bool Collect(Predicate<GuestConsole> wants)
    {
        bool any = false;
        for (int i = served.Count - 1; i >= 0; i--)
            if (Find(served[i]) is { } console && wants(console))
            {
                served.RemoveAt(i);
                Want(console);
                any = true;
            }
        return any;
    }

    // Whole milliseconds, rounded up: a timer that wakes the loop too early would wake it twice.
    static long MillisecondsUp(long microseconds) => (microseconds + Millisecond - 1) / Millisecond;

    // A console that wants a turn already gets it at the earlier of both times.
    void Want(GuestConsole console, long when)
    {
        if (console.NextTurn is null)
            wanting.Add(console);
        console.NextTurn = Math.Min(console.NextTurn ?? when, when);
    }

    // The earliest turn that a console wants; null if none wants one.
    long? FirstTurn()
    {
        long? first = null;
        foreach (var console in wanting)
            if (first is null || console.NextTurn < first)
                first = console.NextTurn;
        return first;
    }

    void Serve(GuestConsole console, long now, long pause)
    {
        served.Remove(console.Port); // it may be there from the turn before: what the last turn says counts
        var outcome = console.Turn(now, pause);
        if (outcome.Unmasks)
            served.Add(console.Port);
        if (outcome.ExpectsMore)
            loop.ExpectMore();
        if (outcome.Next is { } when)
            Want(console, when);
    }

    // Events that came while nobody listened are lost, and a port may still be masked.
    void WantAll()
    {
        foreach (var console in ofPort.Values)
            if (console.Port != 0)
            {
                Want(console);
                served.Add(console.Port);
            }
    }

    GuestConsole? Find(int port) => ofPort.TryGetValue(port, out var console) && console.Port == port ? console : null;
}
