using Xen.Hosting.Settings;
using Xen.Hypervisor;
using Xen.Hypervisor.Choice;
using Xen.Linux.Processes;

namespace XenWatchdog.Daemon;

/// <summary>
/// `xenwatchdogd allowed`: whether the kernel lets the daemon have a timer at all. Init systems ask it before they start the daemon: in a
/// guest whose kernel refuses hypercalls the service is not needed, which is no failure. Whatever else is wrong is for the daemon to say.
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
            // Such a kernel holds who opens its device until the guest's store answers.
            else if (Task.Run(() => Refusal(options.Hypervisor)) is var asked && asked.Wait(ForAnswer) && asked.Result is { } reason)
            {
                StandardError.WriteLine("xenwatchdogd: " + reason);
                return NotInThisGuest;
            }
        }
        catch (UsageException)
        {
            // The daemon is given the same words and says what is wrong with them.
        }
        return Allowed;
    }

    /// <summary>Why the daemon has nothing to do in this domain; null if it has, or if that is not known.</summary>
    /// <param name="hypervisor">As the options name it.</param>
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
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null; // a host must not be left unguarded for it: the daemon starts, fails and says so
        }
    }
}
