using System.Globalization;
using Xen.Hypervisor;
using Xen.Linux;
using Xen.Linux.Files;

namespace XenWatchdog.Timer;

/// <summary>
/// The one of the domain's two timers that is ours. A timer belongs to no process and runs on when our process dies. So its number is kept
/// in /run, and the next process takes the timer over instead of letting it reset the host.
/// </summary>
sealed class WatchdogTimer(IWatchdogTimer timer, string folder)
{
    const int Tries = 5;

    readonly Lock calling = new(); // a connection to the hypervisor serves one thread
    bool isWanted, isTaken;

    /// <summary>The file that keeps the timer's number while the daemon, or nobody, winds it up.</summary>
    internal static string FileIn(string folder) => Path.Combine(folder, "timer");

    string Kept => FileIn(folder);

    /// <summary>The timer's number, 1 or 2.</summary>
    internal int Number { get; private set; }

    /// <summary>The timer ran already: an earlier process has left it.</summary>
    internal bool IsAdopted { get; private set; }

    /// <summary>The timer was given back, for the host's sleep or for good.</summary>
    internal bool IsGivenBack => !isWanted;

    /// <summary>
    /// Why the number that an earlier process left could not be read; null: it could, or there was none.
    /// </summary>
    internal string? UnreadLeft { get; private set; }

    /// <summary>The number is in /run.</summary>
    internal bool IsKept { get; private set; }

    /// <summary>Takes the timer that an earlier process left, or else a free one.</summary>
    /// <param name="seconds">Time until it runs out.</param>
    /// <exception cref="PosixException">There is none.</exception>
    internal void Take(uint seconds)
    {
        lock (calling)
        {
            isWanted = true; // if there is none now, each kick tries again
            TakeOne(seconds);
        }
    }

    /// <summary>
    /// Gives the timer the whole time again (a kick); 0 or minus an errno. If somebody else has stopped it, another timer is taken. If we
    /// have given it back, nothing happens.
    /// </summary>
    /// <param name="seconds">Time until it runs out.</param>
    internal int Arm(uint seconds)
    {
        lock (calling)
        {
            if (!isWanted)
                return 0;
            if (isTaken && timer.Arm(Number, seconds) is var result && result != -Errno.EINVAL)
                return Math.Min(result, 0);
            isTaken = false;
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

    /// <summary>Stops the timer and gives it back; 0, or minus the errno if it stays.</summary>
    internal int GiveBack()
    {
        lock (calling)
        {
            isWanted = false;
            if (!isTaken)
                return 0; // somebody else may have its number
            int result = 0;
            for (int attempt = 0; attempt < Tries; attempt++)
                if ((result = timer.Disarm(Number)) is 0 or -Errno.EINVAL)
                {
                    isTaken = false;
                    Forget();
                    return 0;
                }
            return result;
        }
    }

    /// <summary>Writes the number to /run if it is not there yet; null, or why it is not there.</summary>
    internal string? Keep() => FileFault.Of(() =>
    {
        Folder.Make(folder);
        AtomicFile.Write(Kept, Number.ToString(CultureInfo.InvariantCulture) + "\n");
        IsKept = true;
    });

    /// <summary>The number that an earlier process has left; 0 if there is none.</summary>
    /// <param name="fault">Why the file cannot be read; null: it can, or there is no file.</param>
    internal int Left(out string? fault)
    {
        string text = "";
        fault = FileFault.Of(() => text = Path.Exists(Kept) ? File.ReadAllText(Kept).Trim() : "");
        bool isNumber = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int left);
        return isNumber && left is >= 1 and <= IWatchdogTimer.Timers ? left : 0;
    }

    /// <summary>Gives back the timer that an earlier process has left; 0 or minus an errno.</summary>
    internal int Release(int left)
    {
        (Number, isTaken) = (left, true);
        return GiveBack();
    }

    void TakeOne(uint seconds)
    {
        int left = Left(out string? fault);
        UnreadLeft = fault;
        if (left > 0 && timer.Arm(left, seconds) == left)
        {
            (Number, IsAdopted, IsKept, isTaken) = (left, true, true, true);
            return;
        }
        int taken = timer.Arm(0, seconds);
        if (taken < 0)
            throw new PosixException("take a watchdog timer of the hypervisor", -taken,
                taken == -Errno.ENOSPC ? Holders() : "is this a domain of Xen's, and is the module xen-privcmd loaded?");
        (Number, IsAdopted, isTaken) = (taken, false, true);
        Keep(); // after a failure it is tried again each second
    }

    // If the file stays: a number whose timer does not run is tried, and skipped.
    void Forget() => _ = FileFault.Of(() => Folder.Unlink(Kept));

    // A domain has two timers. This says who may have them.
    static string Holders() => Directory.Exists("/sys/bus/platform/drivers/xen_wdt") || Directory.Exists("/sys/module/xen_wdt")
        ? "both are taken, and the kernel's own xen_wdt is loaded, which may hold one: "
            + "choose between it (RuntimeWatchdogSec= of systemd) and this daemon, or `modprobe -r xen_wdt`"
        : "both are taken: another xenwatchdogd runs, or one ended without giving its timer back "
            + "(`xl debug-keys q; xl dmesg` shows what is left of each)";
}
