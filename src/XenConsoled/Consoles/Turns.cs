using System.Diagnostics;
using Xen.Hypervisor;
using Xen.Loop;
using Xen.Posix;
using XenConsoled.Core;

namespace XenConsoled.Consoles;

/// <summary>
/// Who is served when: all guests' ports come in by one descriptor, each console with something to do has a turn, and one that has had too many waits
/// (<see cref="EventRate"/>). A port is unmasked only after its console was served.
/// </summary>
sealed class Turns(EventLoop loop, IEventChannels channels) : IReadyHandler
{
    const int MostPorts = 1024;

    readonly Dictionary<int, GuestConsole> ofPort = [];
    readonly List<GuestConsole> wanting = [], logging = [];
    readonly List<int> served = [];
    readonly int[] ports = new int[MostPorts];
    int flooding;
    long logDue = long.MaxValue;

    /// <summary>Told of a port that is no console's.</summary>
    internal Action<int> OtherPort { get; set; } = _ => { };

    /// <summary>All consoles, when each must be looked at.</summary>
    internal Func<IEnumerable<GuestConsole>> All { get; set; } = () => [];

    static long Microseconds => (long)(Stopwatch.GetTimestamp() * (1_000_000.0 / Stopwatch.Frequency));

    /// <summary>Puts a console on the list of those that want a turn.</summary>
    internal void Want(GuestConsole console)
    {
        if (console.IsListed)
            return;
        console.IsListed = true;
        wanting.Add(console);
    }

    /// <summary>Looks at every console: what came while nobody listened was told to nobody.</summary>
    internal void WantAll()
    {
        foreach (var console in All())
        {
            console.WantTurn(0);
            if (console.Port != 0)
                served.Add(console.Port); // a port may have been left masked
        }
    }

    /// <summary>Ports are pending.</summary>
    public void Ready(Readiness readiness)
    {
        int count = channels.ReadPending(ports);
        if (count == -Errno.EFBIG)
            WantAll();
        for (int i = 0; i < count; i++)
            if (Find(ports[i]) is { } console)
                console.WantTurn(0);
            else
                OtherPort(ports[i]);
    }

    /// <summary>Gives all due consoles their turn; answers the milliseconds until the next is due, -1 for none.</summary>
    internal int Go()
    {
        long now = Microseconds, next = long.MaxValue, pause = EventRate.Pause(flooding);
        flooding = 0;
        int kept = 0, count = wanting.Count;
        for (int i = 0; i < count; i++)
        {
            var console = wanting[i];
            if (console.NextTurn <= now)
            {
                if (console.Turn(now, pause))
                    served.Add(console.Port);
                GoLog(console);
            }
            if (console.IsFlooding)
                flooding++;
            if (console.NextTurn == GuestConsole.Never)
            {
                console.IsListed = false;
                continue;
            }
            next = Math.Min(next, console.NextTurn);
            wanting[kept++] = console;
        }
        for (int i = count; i < wanting.Count; i++) // came meanwhile
        {
            next = 0;
            wanting[kept++] = wanting[i];
        }
        wanting.RemoveRange(kept, wanting.Count - kept);
        if (served.Count > 0)
            channels.Unmask(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(served));
        served.Clear();
        if (loop.Now >= logDue)
            GoLogs();
        int wait = next == long.MaxValue ? -1 : next <= now ? 0 : (int)((next - now + 999) / 1000);
        return logDue == long.MaxValue ? wait : wait < 0 ? (int)(logDue - loop.Now) : Math.Min(wait, (int)(logDue - loop.Now));
    }

    /// <summary>Forgets a console that is gone.</summary>
    internal void Forget(GuestConsole console)
    {
        wanting.Remove(console);
        logging.Remove(console);
        foreach (var (port, other) in ofPort)
            if (other == console)
                ofPort.Remove(port);
    }

    GuestConsole? Find(int port)
    {
        if (ofPort.TryGetValue(port, out var known) && known.Port == port)
            return known;
        foreach (var console in All())
            if (console.Port == port)
                return ofPort[port] = console;
        return null;
    }

    void GoLogs()
    {
        var due = logging.ToArray();
        logging.Clear();
        logDue = long.MaxValue;
        foreach (var console in due)
        {
            console.IsLogListed = false;
            GoLog(console);
        }
    }

    /// <summary>Looks whether a console's log has something to write, now or later.</summary>
    internal void GoLog(GuestConsole console)
    {
        int wait = console.GoLog(loop.Now);
        if (wait < 0)
            return;
        logDue = Math.Min(logDue, loop.Now + Math.Max(wait, 1));
        if (console.IsLogListed)
            return;
        console.IsLogListed = true;
        logging.Add(console);
    }
}
