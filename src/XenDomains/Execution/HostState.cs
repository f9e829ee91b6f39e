using Xen.Hosting;
using Xen.Linux.Processes;
using XenDomains.Facts;

namespace XenDomains.Execution;

/// <summary>Whether this host goes down, as its init system reports it.</summary>
static class HostState
{
    static readonly TimeSpan ForAnswer = TimeSpan.FromSeconds(5);

    internal static async Task<HostEnd> LookAsync()
    {
        if (Directory.Exists("/run/systemd/system"))
            return await ChildProcess.AskAsync("systemctl", ["is-system-running"], ForAnswer).ConfigureAwait(false) switch
            {
                "stopping" => HostEnd.GoesDown,
                "running" or "degraded" or "starting" or "initializing" or "maintenance" => HostEnd.StaysUp,
                _ => HostEnd.Unknown,
            };
        string level = OpenRc.Level;
        if (OpenRc.IsEnd(level))
            return HostEnd.GoesDown;
        string printed = await ChildProcess.AskAsync("runlevel", [], ForAnswer).ConfigureAwait(false);
        return OpenRc.IsEndOfSysvinit(printed) ? HostEnd.GoesDown
            : level is "" && printed.Split(' ').Length != 2 ? HostEnd.Unknown
            : HostEnd.StaysUp;
    }
}
