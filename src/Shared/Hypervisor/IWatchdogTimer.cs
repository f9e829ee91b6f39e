namespace Xen.Hypervisor;

/// <summary>
/// The calling domain's watchdog timers: if one runs out, the hypervisor ends the domain, and with domain 0 the machine. A timer belongs to
/// no process and goes on when its process dies. Results below zero are minus an errno.
/// </summary>
public interface IWatchdogTimer
{
    /// <summary>Timers that each domain has (NR_DOMAIN_WATCHDOG_TIMERS).</summary>
    const int Timers = 2;

    /// <summary>
    /// Winds a timer up; answers its number. <c>-EINVAL</c>: the timer does not run; <c>-ENOSPC</c>: none is free.
    /// </summary>
    /// <param name="timer">1 or 2; 0 takes a free one.</param>
    /// <param name="seconds">Time until it runs out, at least 1.</param>
    int Arm(int timer, uint seconds);

    /// <summary>Stops a timer and gives it back; 0 or minus an errno.</summary>
    int Disarm(int timer);
}
