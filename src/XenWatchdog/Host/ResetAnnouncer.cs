using System.Text;
using Xen.Hypervisor.Choice;
using Xen.Linux;
using XenWatchdog.Timer;

namespace XenWatchdog.Host;

/// <summary>
/// Announces a reset of the host and its reason in three ways: on the host's disk, on the hypervisor's console and in the log. Each of them
/// may hang, so each has a thread of its own.
/// </summary>
/// <param name="record">The record on the disk.</param>
/// <param name="kicker">Its last kick is when the timer began to run out.</param>
/// <param name="timeout">The timer's timeout in seconds.</param>
/// <param name="hypervisor">The hypervisor that the options name.</param>
sealed class ResetAnnouncer(ResetRecord record, Kicker kicker, uint timeout, string hypervisor, FaultLog faults,
    ILogger logger) : IDisposable
{
    readonly BackgroundWorker disk = new("the reset record on the disk", faults.Report);
    readonly BackgroundWorker console = new("the reset message on the hypervisor's console", faults.Report);

    internal void Start()
    {
        disk.Start();
        console.Start();
    }

    /// <summary>Announces that the host will be reset.</summary>
    /// <param name="time">In UTC.</param>
    internal void Announce(string reason, DateTime time)
    {
        uint left = (uint)Math.Max(0, timeout - (Environment.TickCount64 - kicker.Kicked) / 1000);
        disk.Do(() => record.Write(time, reason));
        console.Do(() =>
        {
            string line = $"xenwatchdogd: the host will be reset in {left} s: {reason.ReplaceLineEndings(" ")}\n";
            if (HypervisorChoice.OpenInquiry(hypervisor).Host.WriteConsole(Encoding.ASCII.GetBytes(line)) is < 0 and var errno)
                throw new PosixException("write", -errno);
        });
        WatchdogLog.LetsGo(logger, left, reason);
    }

    /// <summary>Announces that the host is not reset after all.</summary>
    /// <param name="reason">The reason of the reset that does not come.</param>
    internal void Withdraw(string reason)
    {
        WatchdogLog.HoldsAgain(logger, reason);
        disk.Do(record.Withdraw);
    }

    public void Dispose()
    {
        console.Dispose();
        disk.Dispose();
    }
}
