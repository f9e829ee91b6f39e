using Xen.Bus;
using Xen.Hosting;
using Xen.Posix;

namespace XenWatchdog.Host;

/// <summary>
/// What the host is about to do, as its init system (systemd by the bus, OpenRC by its files) and logind or elogind tell: whether it goes down, and that
/// it goes to sleep. A bus may hang, or go and come back: it has a thread of its own, and is connected to again.
/// </summary>
/// <param name="sleeps">Called before the host sleeps, which waits for it.</param>
/// <param name="wakes">Called after.</param>
/// <param name="lacks">Told once why there is no bus.</param>
sealed class HostLife(Action sleeps, Action wakes, Action<string> lacks) : IDisposable
{
    const string Login = "org.freedesktop.login1", LoginPath = "/org/freedesktop/login1", LoginManager = "org.freedesktop.login1.Manager";
    const string Systemd = "org.freedesktop.systemd1", SystemdPath = "/org/freedesktop/systemd1", SystemdManager = "org.freedesktop.systemd1.Manager";
    const string Bus = "org.freedesktop.DBus";
    static readonly TimeSpan ForAnswer = TimeSpan.FromSeconds(3), LookAgain = TimeSpan.FromSeconds(30), ForRestart = TimeSpan.FromMinutes(2);

    readonly ManualResetEventSlim ended = new();
    readonly Lock telling = new();
    IBus? bus;
    volatile bool wasToldOfShutdown;
    volatile bool isAsleep;
    bool isDeaf;
    int told; // how often logind has told of sleep
    FileDescriptor? delay;

    internal void Start() => new Thread(Run) { IsBackground = true, Name = "host's life" }.Start();

    /// <summary>Nobody is told of sleep any more once this returns: who ends has given the timer back for good, or left it.</summary>
    internal void HearNoMore()
    {
        lock (telling)
            isDeaf = true;
    }

    /// <summary>Whether the host goes down.</summary>
    internal bool GoesDown()
    {
        if (wasToldOfShutdown || IsOpenRcEnding())
            return true;
        // At the end a new connection is worth its time: an old one may have been lost.
        return IsStopping(Volatile.Read(ref bus)) ?? Anew(IsStopping) ?? Says("systemctl", ["is-system-running"]) == "stopping";
    }

    /// <summary>OpenRC takes the host down.</summary>
    internal static bool IsOpenRcEnding() => OpenRc.Level is { Length: > 0 } level && (OpenRc.IsEnd(level) || OpenRc.IsEndOfSysvinit(Says("runlevel", [])));

    /// <summary>Has a service restarted; null if it was, else why not.</summary>
    internal async Task<string?> RestartAsync(string service)
    {
        string reason = "there is no bus to ask systemd by";
        using var own = Volatile.Read(ref bus) is null ? SystemBus.TryOpen(out _) : null; // it is not connected to yet, or was lost
        if ((Volatile.Read(ref bus) ?? own) is { } connected)
            try
            {
                await connected.CallAsync(new(Systemd, SystemdPath, SystemdManager, "RestartUnit", "ss", service + ".service", "replace")).ConfigureAwait(false);
                return null;
            }
            catch (BusException e)
            {
                reason = e.Message;
            }
        return OpenRc.Level is not "" ? await RcServiceAsync(service).ConfigureAwait(false) : reason;
    }

    public void Dispose()
    {
        ended.Set();
        Interlocked.Exchange(ref delay, null)?.Dispose();
        Interlocked.Exchange(ref bus, null)?.Dispose();
    }

    void Run()
    {
        bool isTold = false;
        do
        {
            if (Volatile.Read(ref bus) is { } connected && Answers(connected))
            {
                if (isAsleep)
                    Learn(connected); // a word that was lost leaves no host unguarded
                continue;
            }
            Interlocked.Exchange(ref bus, null)?.Dispose();
            if (Connect() is { } reason && !isTold)
            {
                isTold = true;
                lacks(reason);
            }
        }
        while (!ended.Wait(LookAgain));
    }

    // Null, or why there is no bus.
    string? Connect()
    {
        var connected = SystemBus.TryOpen(out string reason);
        if (connected is null)
            return reason;
        try
        {
            connected.OnSignal(Login, LoginPath, LoginManager, "PrepareForShutdown", values => wasToldOfShutdown = values is [true]);
            connected.OnSignal(Login, LoginPath, LoginManager, "PrepareForSleep", values => Hear(values is [true]));
        }
        catch (BusException e)
        {
            connected.Dispose();
            return e.Message;
        }
        Volatile.Write(ref bus, connected);
        Learn(connected);
        if (!isAsleep)
            _ = DelayAsync(connected);
        return null;
    }

    void Hear(bool falls)
    {
        lock (telling)
            told++;
        Sleep(falls);
    }

    // Who lost the bus in the host's sleep,
    // or was started on the way into it or out of it (after a crash; by the hook of Xen's tools), has heard nothing.
    void Learn(IBus connected)
    {
        int before;
        lock (telling)
            before = told;
        bool falls = Get(connected, Login, LoginPath, LoginManager, "PreparingForSleep") is true;
        lock (telling)
            if (told == before) // else what was heard meanwhile is newer
                Sleep(falls);
    }

    void Sleep(bool falls)
    {
        lock (telling)
        {
            if (isDeaf || isAsleep == falls)
                return;
            isAsleep = falls;
            if (falls)
                sleeps();
            else
                wakes();
        }
        if (falls)
            Interlocked.Exchange(ref delay, null)?.Dispose();
        else if (Volatile.Read(ref bus) is { } connected)
            _ = DelayAsync(connected);
    }

    static bool Answers(IBus connected)
    {
        try
        {
            connected.CallAsync(new(Bus, "/org/freedesktop/DBus", Bus + ".Peer", "Ping"), ForAnswer).GetAwaiter().GetResult();
            return true;
        }
        catch (BusException)
        {
            return false;
        }
    }

    // Null if it cannot be told; false without systemd.
    static bool? IsStopping(IBus? connected) =>
        connected is not null && Get(connected, Systemd, SystemdPath, SystemdManager, "SystemState") is { } state
            ? state is "stopping"
            : null;

    // A property; null if it cannot be told.
    static object? Get(IBus connected, string service, string path, string @interface, string property)
    {
        try
        {
            var call = new BusCall(service, path, Bus + ".Properties", "Get", "ss", @interface, property);
            return connected.CallAsync(call, ForAnswer).GetAwaiter().GetResult() is [Variant { Value: var value }] ? value : null;
        }
        catch (BusException)
        {
            return null;
        }
    }

    static bool? Anew(Func<IBus?, bool?> ask)
    {
        using var connected = SystemBus.TryOpen(out _);
        return ask(connected);
    }

    // What a command prints; null if there is none of that name, or it takes too long.
    static string? Says(string command, string[] words)
    {
        try
        {
            var result = ChildProcess.RunAsync(command, words, ForAnswer).GetAwaiter().GetResult();
            return result.IsTimedOut ? null : result.Text.Trim();
        }
        catch (PosixException)
        {
            return null;
        }
    }

    static async Task<string?> RcServiceAsync(string service)
    {
        var result = await ChildProcess.RunAsync("rc-service", [service, "restart"], ForRestart).ConfigureAwait(false);
        string why = result.IsTimedOut ? $"it took longer than {ForRestart.TotalSeconds:0} s" : $"{result.Errors.Trim()} {result.Text.Trim()}";
        return result.Status == 0 ? null : $"rc-service {service} restart: {why}".Trim();
    }

    // So that the timer is given back before the host sleeps: it would run out in its sleep.
    async Task DelayAsync(IBus connected)
    {
        try
        {
            var taken = (FileDescriptor)(await connected.CallAsync(new(Login, LoginPath, LoginManager, "Inhibit", "ssss", "sleep", "xenwatchdogd", "the watchdog timer is given back first", "delay")).ConfigureAwait(false))[0];
            Interlocked.Exchange(ref delay, taken)?.Dispose();
        }
        catch (BusException)
        {
            // Without logind nobody tells of sleep either.
        }
    }
}
