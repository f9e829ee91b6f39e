using System.Diagnostics;
using System.Runtime.InteropServices;
using Xen.Hypervisor;
using Xen.Linux;
using Xen.Linux.Loop;
using XenConsoled.Core;
using XenConsoled.Logs;

namespace XenConsoled.Consoles;

/// <summary>
/// Who is served when: all guests' ports come in by one descriptor, each console with something to do has a turn, and one that has had too
/// many waits (<see cref="EventRate"/>). A port is unmasked only after its console was served.
/// </summary>
sealed class ConsoleScheduler : IReadyHandler
{
    /// <summary>No turn is wanted.</summary>
    internal const long Never = long.MaxValue;

    const int MostPorts = 1024;

    readonly EventLoop loop;
    readonly IEventChannels channels;
    readonly HypervisorLog? hypervisorLog;
    readonly LoopTimer nextTurn;
    readonly Dictionary<int, GuestConsole> ofPort = [];
    readonly List<int> served = [];
    readonly int[] ports = new int[MostPorts];
    List<GuestConsole> wanting = [], going = []; // each console at most once in both: its NextTurn is Never else
    int flooding;

    /// <param name="hypervisorLog">Told of ports that are no console's; null if the hypervisor is not logged.</param>
    internal ConsoleScheduler(EventLoop loop, IEventChannels channels, HypervisorLog? hypervisorLog)
    {
        (this.loop, this.channels, this.hypervisorLog) = (loop, channels, hypervisorLog);
        nextTurn = new(loop, () => { }); // it need only wake the loop: every iteration ends with Go
    }

    static long Microseconds => (long)(Stopwatch.GetTimestamp() * (1_000_000.0 / Stopwatch.Frequency));

    /// <summary>Has a console given a turn, at the end of this iteration of the loop if it does not say when.</summary>
    /// <param name="when">Microseconds of the clock that turns are given.</param>
    internal void Want(GuestConsole console, long when = 0)
    {
        if (console.NextTurn == Never)
            wanting.Add(console);
        console.NextTurn = Math.Min(console.NextTurn, when);
    }

    /// <summary>A console's port is bound.</summary>
    internal void Bound(GuestConsole console) => ofPort[console.Port] = console;

    /// <summary>Forgets a console that is gone.</summary>
    internal void Forget(GuestConsole console)
    {
        wanting.Remove(console);
        foreach (var (port, other) in ofPort)
            if (other == console)
                ofPort.Remove(port);
    }

    /// <summary>Begins to listen, and looks at every console that an earlier process served.</summary>
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
        if (count == -Errno.EFBIG)
            WantAll();
        for (int i = 0; i < count; i++)
            if (Find(ports[i]) is { } console)
                Want(console);
            else
                hypervisorLog?.PortPending(ports[i]);
    }

    /// <summary>
    /// Gives all due consoles their turn, at the end of each iteration of the loop; answers whether there is more to do at once.
    /// </summary>
    internal bool Go()
    {
        long now = Microseconds, next = Never, pause = EventRate.Pause(flooding);
        flooding = 0;
        (wanting, going) = (going, wanting);
        foreach (var console in going)
        {
            long due = console.NextTurn;
            console.NextTurn = Never;
            if (due <= now)
                Serve(console, now, pause);
            else
                Want(console, due);
            if (console.IsFlooding)
                flooding++;
        }
        going.Clear();
        foreach (var console in wanting)
            next = Math.Min(next, console.NextTurn);
        if (served.Count > 0)
            channels.Unmask(CollectionsMarshal.AsSpan(served));
        served.Clear();
        if (next > now && next != Never)
            nextTurn.At(loop.Now + (next - now + 999) / 1000);
        return next <= now;
    }

    void Serve(GuestConsole console, long now, long pause)
    {
        var outcome = console.Turn(now, pause);
        if (outcome.Unmasks)
            served.Add(console.Port);
        if (outcome.Next is { } when)
            Want(console, when);
    }

    // What came while nobody listened was told to nobody, and a port may have been left masked.
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
