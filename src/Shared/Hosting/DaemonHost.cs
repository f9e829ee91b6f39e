using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Systemd;
using Microsoft.Extensions.Options;
using Serilog;
using Serilog.Core;
using Xen.Hosting.Logging;
using Xen.Hosting.Settings;
using Xen.Linux.Files;
using Xen.Linux.Processes;

namespace Xen.Hosting;

/// <summary>
/// The parts that every daemon of the suite has: its Main, its log in the journal or on standard error, and its report that it is ready.
/// </summary>
public static class DaemonHost
{
    /// <summary>
    /// The suite's version: three numbers with dots. It comes from Directory.Build.props; the compiler writes it into this assembly.
    /// </summary>
    public static readonly string Version = typeof(DaemonHost).Assembly.GetName().Version!.ToString(3);

    const int CouldNotStart = 1, StandardErrorNumber = 2;
    const string OpenRcSupervisor = "supervise-daemo"; // the kernel keeps 15 characters

    /// <summary>
    /// Runs a daemon's Main. A failure before or at the daemon's start becomes one sentence and an exit status.
    /// </summary>
    /// <param name="identifier">The daemon's name.</param>
    /// <param name="wrongUsage">The exit status for a wrong command line.</param>
    /// <param name="main">The daemon. It returns the exit status.</param>
    public static async Task<int> MainAsync(string identifier, int wrongUsage, Func<Task<int>> main)
    {
        StandardDescriptors.Complete();
        try
        {
            return await main().ConfigureAwait(false);
        }
        catch (UsageException e)
        {
            SayWhy(identifier, e.Message);
            return wrongUsage;
        }
        catch (Exception e) when (FileFault.Is(e))
        {
            SayWhy(identifier, e.Message);
            return CouldNotStart;
        }
    }

    /// <summary>Reports why the daemon does not run: on standard error, and also in the log if nobody reads standard error.</summary>
    /// <param name="identifier">The daemon's name.</param>
    /// <param name="message">The sentence.</param>
    public static void SayWhy(string identifier, string message)
    {
        StandardError.WriteLine($"{identifier}: {message}");
        if (!IsNobodyAtStandardError)
            return;
        using var log = new LoggerConfiguration().WriteTo.Sink(Sink(identifier)).CreateLogger();
        log.Error("{Message:l}", message);
    }

    /// <summary>
    /// Makes a builder with logging and systemd's readiness. The daemon adds its hosted service. Options that are not the usual ones are
    /// added as they are, too: <c>AddSingleton(Options.Create(...))</c>.
    /// </summary>
    /// <param name="identifier">The daemon's name in logs.</param>
    /// <param name="logsHereToo">Writes the log to standard error as well.</param>
    public static HostApplicationBuilder Create(string identifier, bool logsHereToo = false)
    {
        var settings = new HostApplicationBuilderSettings { DisableDefaults = true, ApplicationName = identifier };
        var builder = Host.CreateEmptyApplicationBuilder(settings);
        var configuration = new LoggerConfiguration()
            .MinimumLevel.Information()
            .MinimumLevel.Override("Microsoft", Serilog.Events.LogEventLevel.Fatal); // MainAsync reports what cannot start
        var sink = Sink(identifier);
        configuration = configuration.WriteTo.Sink(sink);
        if (logsHereToo && sink is not ConsoleSink)
            configuration = configuration.WriteTo.Sink(new ConsoleSink(identifier));
        builder.Services.AddSerilog(configuration.CreateLogger(), dispose: true);
        builder.Services.AddSingleton<ISystemdNotifier, SystemdNotifier>();
        // Options as they are. What makes and checks them by reflection takes two milliseconds and a megabyte of every start.
        builder.Services.AddSingleton(Options.Create(new ConsoleLifetimeOptions { SuppressStatusMessages = true }));
        builder.Services.AddSingleton(Options.Create(new HostOptions()));
        builder.Services.RemoveAll<IStartupValidator>();
        return builder;
    }

    /// <summary>
    /// Makes the log of a command that itself prints what a person is to see. It is the journal; without a journal it drops everything.
    /// </summary>
    public static Logger Journal(string identifier)
    {
        var configuration = new LoggerConfiguration().MinimumLevel.Information();
        if (File.Exists(JournalSocket.Default))
            configuration = configuration.WriteTo.Sink(new JournalSink(identifier));
        return configuration.CreateLogger();
    }

    /// <summary>Reports that the daemon answers requests: to systemd, and to the command that waits in the foreground.</summary>
    public static void TellReady(ISystemdNotifier notifier)
    {
        notifier.Notify(ServiceState.Ready);
        Background.Ready();
    }

    // supervise-daemon of OpenRC connects standard error to /dev/null. An administrator who does so wants no messages, so both are checked.
    static bool IsNobodyAtStandardError => ProcessTable.Opened(Environment.ProcessId, StandardErrorNumber) == "/dev/null"
        && ProcessTable.Parent(Environment.ProcessId) is var parent
        && (ProcessTable.Name(parent) == OpenRcSupervisor
            || ProcessTable.Name(ProcessTable.Parent(parent)) == OpenRcSupervisor); // with a keeper in between

    // systemd sets JOURNAL_STREAM when standard error goes to the journal. A daemon in the background has no standard error.
    static ILogEventSink Sink(string identifier)
    {
        if (!Background.IsBackground && !IsNobodyAtStandardError && Environment.GetEnvironmentVariable("JOURNAL_STREAM") is null)
            return new ConsoleSink(identifier);
        return File.Exists(JournalSocket.Default) ? new JournalSink(identifier)
            : File.Exists(SyslogSink.DefaultSocket) ? new SyslogSink(identifier)
            : new ConsoleSink(identifier);
    }
}
