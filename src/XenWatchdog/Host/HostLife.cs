using Xen.Bus;
using Xen.Posix;

namespace XenWatchdog.Host;

/// <summary>
/// What the host is about to do, as its init system (systemd by the bus, OpenRC by its files) and logind or elogind tell: whether it goes down, and that
/// it goes to sleep.
/// </summary>
sealed class HostLife : IDisposable
{
    const string Login = "org.freedesktop.login1", LoginPath = "/org/freedesktop/login1", LoginManager = "org.freedesktop.login1.Manager";
    const string Systemd = "org.freedesktop.systemd1", SystemdPath = "/org/freedesktop/systemd1", SystemdManager = "org.freedesktop.systemd1.Manager";
    const string SoftLevel = "/run/openrc/softlevel";
    static readonly string[] EndsOfOpenRc = ["shutdown", "reboot"];
    static readonly TimeSpan ForAnswer = TimeSpan.FromSeconds(3);

    readonly IBus? bus;
    readonly List<IDisposable> listening = [];
    volatile bool wasToldOfShutdown;
    FileDescriptor? delay;

    /// <param name="sleeps">Called before the host sleeps, which waits for it.</param>
    /// <param name="wakes">Called after.</param>
    internal HostLife(Action sleeps, Action wakes, out string lacks)
    {
        bus = SystemBus.TryOpen(out lacks);
        if (bus is null)
            return;
        try
        {
            listening.Add(bus.OnSignal(Login, LoginPath, LoginManager, "PrepareForShutdown", values => wasToldOfShutdown = values is [true]));
            listening.Add(bus.OnSignal(Login, LoginPath, LoginManager, "PrepareForSleep", values =>
            {
                if (values is not [true])
                {
                    wakes();
                    _ = DelayAsync();
                    return;
                }
                sleeps();
                Interlocked.Exchange(ref delay, null)?.Dispose();
            }));
            _ = DelayAsync();
        }
        catch (BusException e)
        {
            lacks = e.Message;
        }
    }

    /// <summary>Whether the host goes down.</summary>
    internal bool GoesDown()
    {
        if (wasToldOfShutdown || Array.IndexOf(EndsOfOpenRc, Runlevel()) >= 0)
            return true;
        if (bus is null)
            return false;
        try
        {
            return bus.CallAsync(new(Systemd, SystemdPath, "org.freedesktop.DBus.Properties", "Get", "ss", SystemdManager, "SystemState"), ForAnswer).GetAwaiter().GetResult() is [Variant { Value: "stopping" }];
        }
        catch (BusException)
        {
            return false; // no systemd
        }
    }

    /// <summary>Has a service restarted; null if it was, else why not.</summary>
    internal async Task<string?> RestartAsync(string service)
    {
        try
        {
            if (bus is not null)
            {
                await bus.CallAsync(new(Systemd, SystemdPath, SystemdManager, "RestartUnit", "ss", service + ".service", "replace")).ConfigureAwait(false);
                return null;
            }
        }
        catch (BusException e) when (!HasOpenRc)
        {
            return e.Message;
        }
        catch (BusException)
        {
            // A bus without systemd: OpenRC has its own way.
        }
        return HasOpenRc ? await RcServiceAsync(service).ConfigureAwait(false) : "there is neither systemd nor OpenRC to ask";
    }

    public void Dispose()
    {
        foreach (var one in listening)
            one.Dispose();
        delay?.Dispose();
        bus?.Dispose();
    }

    static bool HasOpenRc => File.Exists(SoftLevel);

    static string Runlevel() => HasOpenRc ? File.ReadAllText(SoftLevel).Trim() : "";

    static async Task<string?> RcServiceAsync(string service)
    {
        using var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("rc-service", [service, "restart"]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = process.StandardOutput.ReadToEndAsync();
        string errors = await process.StandardError.ReadToEndAsync().ConfigureAwait(false);
        await process.WaitForExitAsync().ConfigureAwait(false);
        return process.ExitCode == 0 ? null : $"rc-service {service} restart: {errors.Trim()} {(await output.ConfigureAwait(false)).Trim()}".Trim();
    }

    // So that the timer is given back before the host sleeps: it would run out in its sleep.
    async Task DelayAsync()
    {
        try
        {
            var taken = (FileDescriptor)(await bus!.CallAsync(new(Login, LoginPath, LoginManager, "Inhibit", "ssss", "sleep", "xenwatchdogd", "the watchdog timer is given back first", "delay")).ConfigureAwait(false))[0];
            Interlocked.Exchange(ref delay, taken)?.Dispose();
        }
        catch (BusException)
        {
            // Without logind nobody tells of sleep either.
        }
    }
}
