using System.Globalization;
using Xen.Hypervisor;
using Xen.Posix;

namespace XenWatchdog.Timer;

/// <summary>
/// Which of the domain's timers is ours. It belongs to no process and runs on when ours dies: its number is kept in /run, so that the next one takes it
/// over instead of losing the host to it.
/// </summary>
sealed class Slot(IWatchdogTimer timer, string folder)
{
    readonly Lock calling = new(); // a connection to the hypervisor serves one thread

    string Kept => Path.Combine(folder, "timer");

    /// <summary>1 or 2.</summary>
    internal int Number { get; private set; }

    /// <summary>It was running already, left by an earlier process.</summary>
    internal bool IsAdopted { get; private set; }

    /// <summary>Takes the timer that an earlier process left, else a free one.</summary>
    /// <param name="seconds">With which it is wound up.</param>
    /// <exception cref="PosixException">There is none.</exception>
    internal void Take(uint seconds)
    {
        lock (calling)
            TakeOne(seconds);
    }

    /// <summary>Winds it up; 0 or minus an errno. One that somebody else has given back is taken anew.</summary>
    internal int Arm(uint seconds)
    {
        lock (calling)
        {
            int result = timer.Arm(Number, seconds);
            if (result != -Errno.EINVAL)
                return Math.Min(result, 0);
            try
            {
                TakeOne(seconds);
                return 0;
            }
            catch (PosixException e)
            {
                return -e.Errno;
            }
        }
    }

    /// <summary>Stops it and gives it back; 0 or minus an errno.</summary>
    internal int GiveBack()
    {
        lock (calling)
        {
            int result = timer.Disarm(Number);
            Folder.Unlink(Kept);
            return result;
        }
    }

    void TakeOne(uint seconds)
    {
        if (File.Exists(Kept) && int.TryParse(File.ReadAllText(Kept).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out int left)
            && left is >= 1 and <= IWatchdogTimer.Timers && timer.Arm(left, seconds) == left)
        {
            (Number, IsAdopted) = (left, true);
            return;
        }
        int taken = timer.Arm(0, seconds);
        if (taken < 0)
            throw new PosixException("take a watchdog timer of the hypervisor", -taken, taken == -Errno.ENOSPC ? Holders() : "is this a domain of Xen's, and is the module xen-privcmd loaded?");
        Number = taken;
        Folder.Make(folder);
        File.WriteAllText(Kept, Number.ToString(CultureInfo.InvariantCulture) + "\n");
    }

    // A domain has two: who has them?
    static string Holders() => Directory.Exists("/sys/bus/platform/drivers/xen_wdt") || Directory.Exists("/sys/module/xen_wdt")
        ? "both are taken, and the kernel's own xen_wdt is loaded, which may hold one: choose between it (RuntimeWatchdogSec= of systemd) and this daemon, or `modprobe -r xen_wdt`"
        : "both are taken: another xenwatchdogd runs, or one ended without giving its timer back (`xl debug-keys q; xl dmesg` tells what is left of each)";
}
