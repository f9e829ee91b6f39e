namespace Xen.Hypervisor;

/// <summary>
/// The calling domain's watchdog timers. If one runs out, the hypervisor ends the domain; if that is domain 0, it resets the machine. A
/// timer belongs to no process and runs on when the process that armed it dies. A result below zero is minus an errno.
/// </summary>
public interface IWatchdogTimer
{
    /// <summary>Timers that each domain has (NR_DOMAIN_WATCHDOG_TIMERS).</summary>
    const int Timers = 2;

    /// <summary>
    /// Arms a free timer, or kicks one that runs. Returns its number. <c>-EINVAL</c>: the timer does not run. <c>-ENOSPC</c>: none is free.
    /// </summary>
    /// <param name="timer">1 or 2 kicks this timer; 0 arms a free one.</param>
    /// <param name="seconds">Time until it runs out, at least 1.</param>
    int Arm(int timer, uint seconds);

    /// <summary>Stops a timer and frees it. Returns 0 or minus an errno.</summary>
    int Disarm(int timer);
}
