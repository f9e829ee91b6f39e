using Xen.Hosting.Settings;
using Xen.Hypervisor;
using Xen.Hypervisor.Choice;
using Xen.Linux.Files;
using Xen.Linux.Processes;

namespace XenWatchdog.Daemon;

/// <summary>
/// `xenwatchdogd allowed`: whether the kernel lets the daemon have a timer. Init systems ask this before they start the daemon: in a guest
/// whose kernel refuses hypercalls the service is not needed, and that is no failure. The daemon itself reports everything else.
/// </summary>
static class AllowedCommand
{
    const int Allowed = 0;

    /// <summary>The exit status for a guest whose kernel refuses hypercalls.</summary>
    internal const int NotInThisGuest = 3;

    static readonly TimeSpan ForAnswer = TimeSpan.FromSeconds(10);

    const string HelpText = """
        Usage: xenwatchdogd allowed [options of the daemon]

        Says whether the kernel lets this daemon have a watchdog timer. For init systems, which ask before they start it.
        Exit status: 0 it may, or that is not known; 3 this is a guest whose kernel refuses hypercalls, so there is nothing to start.
        """;

    internal static int Run(IReadOnlyList<string> arguments)
    {
        try
        {
            var options = WatchdogOptions.Parse(arguments);
            if (options.WantsHelp)
                Console.WriteLine(HelpText);
            // Such a kernel blocks a program that opens its device until the guest's store answers.
            else if (Task.Run(() => Refusal(options.Hypervisor)) is var asked && asked.Wait(ForAnswer) && asked.Result is { } reason)
            {
                StandardError.WriteLine("xenwatchdogd: " + reason);
                return NotInThisGuest;
            }
        }
        catch (UsageException)
        {
            // The daemon gets the same words and reports the mistake.
        }
        return Allowed;
    }

    /// <summary>Why the daemon has nothing to do in this domain; null if it has, or if that is unknown.</summary>
    /// <param name="hypervisor">The hypervisor that the options name.</param>
    internal static string? Refusal(string hypervisor)
    {
        try
        {
            HypervisorChoice.OpenInquiry(hypervisor);
            return null;
        }
        catch (HypercallsRefusedException e)
        {
            return "there is nothing to do here: " + e.Message +
                "; the kernel's own xen_wdt can have the timer instead (modprobe xen_wdt, and RuntimeWatchdogSec= of systemd, " +
                "or another daemon that serves /dev/watchdog)";
        }
        catch (Exception e) when (FileFault.Is(e))
        {
            return null; // a host must not stay unguarded: the daemon starts, fails and reports it
        }
    }
}
