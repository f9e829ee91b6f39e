using Xen.Hosting;
using Xen.Hosting.Settings;
using Xen.Hypervisor.Choice;
using Xen.Linux;
using Xen.Linux.Processes;
using XenWatchdog.Daemon;
using XenWatchdog.Host;
using XenWatchdog.Timer;

namespace XenWatchdog;

/// <summary>`xenwatchdogd release`: gives back the timer of a daemon that ended without that and will not be restarted.</summary>
static class ReleaseCommand
{
    const int Done = 0, Failed = 1;

    const string HelpText = """
        Usage: xenwatchdogd release [--run-dir=FOLDER] [--hypervisor=WHAT]

        Gives back the timer of a xenwatchdogd that ended without doing so, so that the host is not reset when it runs out.
        While one runs it does nothing.
        Exit status: 0 no timer of ours runs, or one runs with its daemon; 1 it cannot be given back.
        """;

    /// <exception cref="UsageException">The command line is wrong.</exception>
    internal static int Run(IReadOnlyList<string> arguments)
    {
        bool wantsHelp = false;
        string folder = WatchdogOptions.DefaultRunFolder, hypervisor = "xen";
        var words = new CommandLine(arguments, "");
        words.EachOption("xenwatchdogd release", name =>
        {
            switch (name)
            {
                case "-h" or "--help": wantsHelp = true; break;
                case "--run-dir": folder = words.Path(name) ?? folder; break;
                case "--hypervisor": hypervisor = words.HypervisorName(name); break;
                default: return false;
            }
            return true;
        });
        if (wantsHelp)
        {
            Console.WriteLine(HelpText);
            return Done;
        }
        if (!Path.Exists(WatchdogTimer.FileIn(folder)) || HostLife.IsOpenRcEnding())
            return Done; // a host that goes down keeps its timer
        using var held = PidFile.TryTake(Path.Combine(folder, "lock"));
        if (held is null)
            return Done; // the daemon runs, and handles its timer
        var timer = new WatchdogTimer(HypervisorChoice.OpenInquiry(hypervisor).WatchdogTimer, folder);
        int left = timer.Left(out string? fault), result = left == 0 ? 0 : timer.Release(left);
        if (result < 0)
            fault = new PosixException($"give timer {left} back", -result).Message;
        if (fault is null)
            return Done;
        StandardError.WriteLine("xenwatchdogd: " + fault);
        return Failed;
    }
}
