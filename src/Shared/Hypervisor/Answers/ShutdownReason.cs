namespace Xen.Hypervisor.Answers;

/// <summary>Why a domain stopped running (SHUTDOWN_* of public/sched.h).</summary>
public enum ShutdownReason : byte
{
#pragma warning disable CS1591 // The names are Xen's own.
    PowerOff, Reboot, Suspend, Crash, Watchdog, SoftReset,
#pragma warning restore CS1591
}
