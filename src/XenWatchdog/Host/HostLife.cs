using Tmds.DBus.Protocol;
using Xen.Bus;
using Xen.Hosting;
using Xen.Linux.Processes;

namespace XenWatchdog.Host;

/// <summary>
/// What the host is about to do: whether it goes down, and whether it goes to sleep. The init system reports it (systemd on the bus, OpenRC
/// in its files), and logind or elogind. A bus may hang, or go and come back: tasks of the pool ask it, and connect again. Only
/// <see cref="GoesDown"/> waits for it, and not for long.
/// </summary>
/// <param name="sleeps">Called before the host sleeps. The host waits for it.</param>
/// <param name="wakes">Called after the sleep.</param>
/// <param name="lacks">Gets the reason why there is no bus, or nobody on the bus who reports sleep.</param>
sealed class HostLife(Action sleeps, Action wakes, Action<string> lacks) : IDisposable
{
    const string Systemd = "org.freedesktop.systemd1", SystemdPath = "/org/freedesktop/systemd1", SystemdManager = Systemd + ".Manager";
    static readonly TimeSpan ForAnswer = TimeSpan.FromSeconds(3), LookAgain = TimeSpan.FromSeconds(30), ForEnd = TimeSpan.FromSeconds(12),
        ForRestart = TimeSpan.FromMinutes(2);

    readonly BusLink bus = new();
    readonly LogindDelay delay = new("sleep", "xenwatchdogd", "the watchdog timer is given back first");
    readonly Lock gate = new();
    volatile bool wasToldOfShutdown;
    volatile bool isAsleep;
    bool isDeaf;
    int reports; // how many reports of sleep logind has sent

    internal void Start() => bus.Start(SetUpAsync, StayAsync, lacks);

    /// <summary>After this returns, no sleep is reported any more: the timer was given back for good, or left running.</summary>
    internal void HearNoMore()
    {
        lock (gate)
            isDeaf = true;
    }

    /// <summary>Whether the host goes down.</summary>
    internal bool GoesDown()
    {
        if (wasToldOfShutdown || IsOpenRcEnding())
            return true;
        var asked = Task.Run(IsStoppingAsync);
        return (asked.Wait(ForEnd) ? asked.Result : null) ?? Says("systemctl", "is-system-running") == "stopping";
    }

    /// <summary>Whether OpenRC takes the host down.</summary>
    internal static bool IsOpenRcEnding() =>
        OpenRc.Level is { Length: > 0 } level && (OpenRc.IsEnd(level) || OpenRc.IsEndOfSysvinit(Says("runlevel")));

    /// <summary>Restarts a service; null, or why it was not restarted.</summary>
    internal async Task<string?> RestartAsync(string service)
    {
        string reason;
        try
        {
            // The bus may not be connected yet, or the connection was lost.
            using var own = bus.Current is null ? await SystemBus.ConnectAsync().ConfigureAwait(false) : null;
            var connected = own ?? bus.Current ?? throw new DBusConnectionClosedException("the bus went away");
            var restart = connected.NewCall(Systemd, SystemdPath, SystemdManager, "RestartUnit", service + ".service", "replace");
            await connected.CallAsync(restart, static (_, _) => true).ConfigureAwait(false);
            return null;
        }
        catch (DBusExceptionBase e)
        {
            reason = e.Reason();
        }
        return OpenRc.Level is not "" ? await RcServiceAsync(service).ConfigureAwait(false) : reason;
    }

    public void Dispose()
    {
        bus.Dispose();
        delay.Dispose();
    }

    async Task SetUpAsync(DBusConnection connected)
    {
        await Logind.ListenAsync(connected, "PrepareForShutdown", begins => wasToldOfShutdown = begins).ConfigureAwait(false);
        await Logind.ListenAsync(connected, "PrepareForSleep", Hear).ConfigureAwait(false);
        await LearnAsync(connected).ConfigureAwait(false);
        if (!isAsleep)
            await DelayAsync(connected).ConfigureAwait(false);
    }

    // Ends with the connection, or when the bus does not answer over it.
    async Task StayAsync(DBusConnection connected)
    {
        var gone = connected.DisconnectedAsync();
        while (await Task.WhenAny(gone, Task.Delay(LookAgain)).ConfigureAwait(false) != gone)
        {
            if (!await connected.AnswersAsync(ForAnswer).ConfigureAwait(false))
                return;
            if (isAsleep)
                await LearnAsync(connected).ConfigureAwait(false); // a lost report must not leave the host unguarded
        }
    }

    void Hear(bool falls)
    {
        lock (gate)
            reports++;
        Sleep(falls);
    }

    // A process has missed the reports of sleep if it lost the bus meanwhile, or if it was started on the way into sleep or out of it
    // (after a crash, or by the hook of Xen's tools).
    async Task LearnAsync(DBusConnection connected)
    {
        int before;
        lock (gate)
            before = reports;
        bool falls;
        try
        {
            falls = await Logind.IsAsync(connected, "PreparingForSleep", ForAnswer).ConfigureAwait(false);
        }
        catch (DBusErrorReplyException e) when (e.ErrorName is BusError.ServiceUnknown or BusError.NameHasNoOwner)
        {
            falls = false; // without logind nobody reports sleep either
        }
        catch (DBusExceptionBase)
        {
            return; // logind is busy or has just ended: the known state holds until it answers
        }
        lock (gate)
            if (reports == before) // else a report that came meanwhile is newer
                Sleep(falls);
    }

    void Sleep(bool falls)
    {
        lock (gate)
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
            delay.Dispose();
        else if (bus.Current is { } connected)
            _ = DelayAsync(connected);
    }

    // Null if it is unknown; false without systemd. At the end a new connection is worth the time, because the old one may be lost.
    async Task<bool?> IsStoppingAsync()
    {
        if (bus.Current is { } connected && await IsStoppingAsync(connected).ConfigureAwait(false) is { } known)
            return known;
        try
        {
            using var own = await SystemBus.ConnectAsync().ConfigureAwait(false);
            return await IsStoppingAsync(own).ConfigureAwait(false);
        }
        catch (DBusExceptionBase)
        {
            return null;
        }
    }

    static async Task<bool?> IsStoppingAsync(DBusConnection connected)
    {
        try
        {
            var state = await connected.PropertyAsync(Systemd, SystemdPath, SystemdManager, "SystemState", ForAnswer).ConfigureAwait(false);
            return state is { Type: VariantValueType.String } && state.GetString() is "stopping";
        }
        catch (DBusExceptionBase)
        {
            return null;
        }
    }

    static string Says(string command, params string[] words) => ChildProcess.AskAsync(command, words, ForAnswer).GetAwaiter().GetResult();

    static async Task<string?> RcServiceAsync(string service)
    {
        var result = await ChildProcess.RunAsync("rc-service", [service, "restart"], ForRestart).ConfigureAwait(false);
        string why = result.IsTimedOut ? $"it took longer than {ForRestart.TotalSeconds:0} s"
            : $"{result.Errors.Trim()} {result.Text.Trim()}";
        return result.Status == 0 ? null : $"rc-service {service} restart: {why}".Trim();
    }

    // The delay lets the timer be given back before the host sleeps. It would run out during the sleep.
    async Task DelayAsync(DBusConnection connected)
    {
        if (await delay.TakeAsync(connected).ConfigureAwait(false) is { } reason)
            lacks(reason);
    }
}
