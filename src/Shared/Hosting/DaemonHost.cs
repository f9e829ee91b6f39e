using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Systemd;
using Serilog;
using Serilog.Core;
using Xen.Hosting.Logging;
using Xen.Hosting.Settings;
using Xen.Linux;
using Xen.Linux.Processes;

namespace Xen.Hosting;

/// <summary>
/// What every daemon of the suite is: a hosted worker that logs to the journal or to standard error and tells when it is ready.
/// </summary>
public static class DaemonHost
{
    /// <summary>
    /// The suite's version: three numbers with dots. It stands in Directory.Build.props, from which the compiler wrote it into this
    /// assembly.
    /// </summary>
    public static readonly string Version = typeof(DaemonHost).Assembly.GetName().Version!.ToString(3);

    const int CouldNotStart = 1, StandardErrorNumber = 2;
    const string OpenRcSupervisor = "supervise-daemo"; // as much as the kernel keeps

    /// <summary>
    /// What a daemon's Main is: what goes wrong before or at its start is said in one sentence and becomes an exit status.
    /// </summary>
    /// <param name="identifier">The daemon's name.</param>
    /// <param name="wrongUsage">The exit status for a command line that cannot be understood.</param>
    /// <param name="main">The rest; answers the exit status.</param>
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
        catch (Exception e) when (e is PosixException or IOException or UnauthorizedAccessException)
        {
            SayWhy(identifier, e.Message);
            return CouldNotStart;
        }
    }

    /// <summary>Says to who started the daemon why it does not run, and to the log where nobody reads standard error.</summary>
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

    /// <summary>A builder with logging and systemd's readiness; the daemon adds its hosted service.</summary>
    /// <param name="identifier">The daemon's name in logs.</param>
    /// <param name="logsHereToo">All goes to standard error as well.</param>
    public static HostApplicationBuilder Create(string identifier, bool logsHereToo = false)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true, ApplicationName = identifier });
        var configuration = new LoggerConfiguration()
            .MinimumLevel.Information()
            .MinimumLevel.Override("Microsoft", Serilog.Events.LogEventLevel.Fatal); // what cannot start says so itself, in one sentence
        var sink = Sink(identifier);
        configuration = configuration.WriteTo.Sink(sink);
        if (logsHereToo && sink is not ConsoleSink)
            configuration = configuration.WriteTo.Sink(new ConsoleSink(identifier));
        builder.Services.AddSerilog(configuration.CreateLogger(), dispose: true);
        builder.Services.Configure<ConsoleLifetimeOptions>(options => options.SuppressStatusMessages = true);
        builder.Services.AddSingleton<ISystemdNotifier, SystemdNotifier>();
        return builder;
    }

    /// <summary>
    /// The log of a command that prints for itself what a person is to see: the journal alone, and nothing where there is none.
    /// </summary>
    public static Logger Journal(string identifier)
    {
        var configuration = new LoggerConfiguration().MinimumLevel.Information();
        return (File.Exists(JournalSocket.Default) ? configuration.WriteTo.Sink(new JournalSink(identifier)) : configuration).CreateLogger();
    }

    /// <summary>Says that requests are answered from now on: to systemd, and to the command that waits in the foreground.</summary>
    public static void TellReady(ISystemdNotifier notifier)
    {
        notifier.Notify(ServiceState.Ready);
        Background.Ready();
    }

    // supervise-daemon of OpenRC has it lead nowhere. Who sends it there himself wants to hear nothing.
    static bool IsNobodyAtStandardError => Processes.Opened(Environment.ProcessId, StandardErrorNumber) == "/dev/null" && Processes.Named(OpenRcSupervisor).Contains(Processes.Parent(Environment.ProcessId));

    // systemd names the journal's stream in JOURNAL_STREAM when standard error goes there; a daemon in the background has no standard
    // error.
    static ILogEventSink Sink(string identifier)
    {
        if (!Background.IsBackground && !IsNobodyAtStandardError && Environment.GetEnvironmentVariable("JOURNAL_STREAM") is null)
            return new ConsoleSink(identifier);
        return File.Exists(JournalSocket.Default) ? new JournalSink(identifier)
            : File.Exists(SyslogSink.DefaultSocket) ? new SyslogSink(identifier)
            : new ConsoleSink(identifier);
    }
}
