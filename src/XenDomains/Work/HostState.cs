using XenDomains.Planning;
using XenDomains.Toolstack;

namespace XenDomains.Work;

/// <summary>Whether this host is on its way down, as its init system tells.</summary>
static class HostState
{
    const string SoftLevel = "/run/openrc/softlevel";
    static readonly TimeSpan ForAnswer = TimeSpan.FromSeconds(5);

    internal static async Task<HostEnd> LookAsync()
    {
        if (Directory.Exists("/run/systemd/system"))
            return await SaysAsync("systemctl", "is-system-running").ConfigureAwait(false) switch
            {
                "stopping" => HostEnd.GoesDown,
                "running" or "degraded" or "starting" or "initializing" or "maintenance" => HostEnd.StaysUp,
                _ => HostEnd.Unknown,
            };
        string openRc = SoftLevelOfOpenRc();
        if (openRc is "shutdown" or "reboot")
            return HostEnd.GoesDown;
        // Before, now: 0 and 6 are sysvinit's halt and reboot. Debian's OpenRC stops services in them before it says so itself.
        return (await SaysAsync("runlevel").ConfigureAwait(false)).Split(' ') switch
        {
            [_, "0" or "6"] => HostEnd.GoesDown,
            [_, _] => HostEnd.StaysUp,
            _ => openRc is "" ? HostEnd.Unknown : HostEnd.StaysUp,
        };
    }

    static string SoftLevelOfOpenRc()
    {
        try
        {
            return File.Exists(SoftLevel) ? File.ReadAllText(SoftLevel).Trim() : "";
        }
        catch (IOException)
        {
            return ""; // it is written just now
        }
    }

    static async Task<string> SaysAsync(string command, params string[] words)
    {
        try
        {
            return (await Command.RunAsync(command, words, ForAnswer).ConfigureAwait(false)).Printed.Trim();
        }
        catch (ToolstackException)
        {
            return ""; // there is no such command
        }
    }
}
