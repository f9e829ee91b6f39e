using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting.Systemd;
using Xen.Hosting;
using Xen.Linux.Processes;

namespace XenWatchdog.Daemon;

/// <summary>The daemon's life: the signals that end it, and the watchdog from the start to the end.</summary>
sealed class WatchdogService(WatchdogOptions options, ISystemdNotifier notifier, IHostApplicationLifetime lifetime,
    ILogger<WatchdogService> logger)
    : IHostedService, IDisposable
{
    readonly List<IDisposable> signals = [];
    Watchdog? watchdog;
    bool isStarted;
    volatile bool givesBack;

    /// <summary>Runs the daemon until it ends.</summary>
    internal static async Task RunAsync(WatchdogOptions options)
    {
        var builder = DaemonHost.Create("xenwatchdogd");
        builder.Services.AddSingleton(options);
        builder.Services.AddHostedService<WatchdogService>();
        using var host = builder.Build();
        await host.RunAsync().ConfigureAwait(false);
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        // The signals are caught before there is a timer, so that every request to stop it is heard.
        signals.Add(Signals.Listen(Signals.User1, () =>
        {
            givesBack = true;
            lifetime.StopApplication();
        }));
        signals.Add(Signals.Listen(PosixSignal.SIGHUP, lifetime.StopApplication));
        watchdog = new(options, notifier, logger);
        watchdog.Start();
        isStarted = true;
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        if (isStarted)
            watchdog?.End(givesBack);
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        watchdog?.Dispose();
        foreach (var signal in signals)
            signal.Dispose();
        signals.Clear();
    }
}
