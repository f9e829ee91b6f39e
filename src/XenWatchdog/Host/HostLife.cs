using Tmds.DBus.Protocol;
using Xen.Bus;
using Xen.Hosting;
using Xen.Linux.Processes;

namespace XenWatchdog.Host;

/// <summary>
/// What the host is about to do, as its init system (systemd by the bus, OpenRC by its files) and logind or elogind tell: whether it goes
/// down, and that it goes to sleep. A bus may hang, or go and come back: it is asked on tasks of the pool, and is connected to again. Only
/// <see cref="GoesDown"/> waits for it, and not for long.
/// </summary>
/// <param name="sleeps">Called before the host sleeps, which waits for it.</param>
/// <param name="wakes">Called after.</param>
/// <param name="lacks">Told why there is no bus, or nobody on it who tells of sleep.</param>
sealed class HostLife(Action sleeps, Action wakes, Action<string> lacks) : IDisposable
{
    const string Systemd = "org.freedesktop.systemd1", SystemdPath = "/org/freedesktop/systemd1", SystemdManager = Systemd + ".Manager";
    static readonly TimeSpan ForAnswer = TimeSpan.FromSeconds(3), LookAgain = TimeSpan.FromSeconds(30), ForEnd = TimeSpan.FromSeconds(12),
        ForRestart = TimeSpan.FromMinutes(2);

    readonly BusLink bus = new();
    readonly LogindDelay delay = new("sleep", "xenwatchdogd", "the watchdog timer is given back first");
    readonly Lock telling = new();
    volatile bool wasToldOfShutdown;
    volatile bool isAsleep;
    bool isDeaf;
    int told; // how often logind has told of sleep

    internal void Start() => bus.Start(SetUpAsync, StayAsync, lacks);

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
        var asked = Task.Run(IsStoppingAsync);
        return (asked.Wait(ForEnd) ? asked.Result : null) ?? Says("systemctl", "is-system-running") == "stopping";
    }

    /// <summary>OpenRC takes the host down.</summary>
    internal static bool IsOpenRcEnding() =>
        OpenRc.Level is { Length: > 0 } level && (OpenRc.IsEnd(level) || OpenRc.IsEndOfSysvinit(Says("runlevel")));

    /// <summary>Has a service restarted; null if it was, else why not.</summary>
    internal async Task<string?> RestartAsync(string service)
    {
        string reason;
        try
        {
            // It may not be connected to yet, or was lost.
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

    // Until the connection ends, or the bus does not answer over it.
    async Task StayAsync(DBusConnection connected)
    {
        var gone = connected.DisconnectedAsync();
        while (await Task.WhenAny(gone, Task.Delay(LookAgain)).ConfigureAwait(false) != gone)
        {
            if (!await connected.AnswersAsync(ForAnswer).ConfigureAwait(false))
                return;
            if (isAsleep)
                await LearnAsync(connected).ConfigureAwait(false); // a word that was lost leaves no host unguarded
        }
    }

    void Hear(bool falls)
    {
        lock (telling)
            told++;
        Sleep(falls);
    }

    // Who lost the bus in the host's sleep,
    // or was started on the way into it or out of it (after a crash; by the hook of Xen's tools), has heard nothing.
    async Task LearnAsync(DBusConnection connected)
    {
        int before;
        lock (telling)
            before = told;
        bool falls;
        try
        {
            falls = await Logind.IsAsync(connected, "PreparingForSleep", ForAnswer).ConfigureAwait(false);
        }
        catch (DBusErrorReplyException e) when (e.ErrorName is BusError.ServiceUnknown or BusError.NameHasNoOwner)
        {
            falls = false; // without logind nobody tells of sleep either
        }
        catch (DBusExceptionBase)
        {
            return; // it is busy, or has just gone: what was known holds until it answers
        }
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
            delay.Dispose();
        else if (bus.Current is { } connected)
            _ = DelayAsync(connected);
    }

    // Null if it cannot be told; false without systemd. At the end a new connection is worth its time: an old one may have been lost.
    async Task<bool?> IsStoppingAsync()
    {
        if (bus.Current is { } connected && await IsStoppingAsync(connected).ConfigureAwait(false) is { } known)
            return known;
        try
        {
            using var anew = await SystemBus.ConnectAsync().ConfigureAwait(false);
            return await IsStoppingAsync(anew).ConfigureAwait(false);
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

    // So that the timer is given back before the host sleeps: it would run out in its sleep.
    async Task DelayAsync(DBusConnection connected)
    {
        if (await delay.TakeAsync(connected).ConfigureAwait(false) is { } reason)
            lacks(reason);
    }
}
