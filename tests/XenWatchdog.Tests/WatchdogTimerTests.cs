using Xen.Hypervisor;
using Xen.Linux;
using XenWatchdog.Timer;

namespace XenWatchdog.Tests;

/// <summary>Which of a domain's two timers is ours, when others take them.</summary>
public sealed class WatchdogTimerTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("xw").FullName;
    readonly Timers timers = new();
    readonly WatchdogTimer timer;

    public WatchdogTimerTests() => timer = new(timers, folder);

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Where_others_took_both_in_the_hosts_sleep_each_winding_up_tries_again()
    {
        timer.Take(30);
        Assert.Equal(0, timer.GiveBack());
        Assert.Equal(0, timer.Arm(30)); // it sleeps: nothing is wanted
        timers.Runs[1] = timers.Runs[2] = true;
        Assert.Throws<PosixException>(() => timer.Take(30));
        Assert.Equal(-Errno.ENOSPC, timer.Arm(30)); // and not 0, with which it would count as kicked
        timers.Runs[2] = false;
        Assert.Equal(0, timer.Arm(30));
        Assert.Equal(2, timer.Number);
    }

    [Fact]
    public void A_timer_that_is_another_ones_by_now_is_not_given_back()
    {
        timer.Take(30);
        timer.GiveBack();
        timers.Runs[1] = timers.Runs[2] = true;
        Assert.Throws<PosixException>(() => timer.Take(30));
        Assert.Equal(0, timer.GiveBack());
        Assert.True(timers.Runs[1] && timers.Runs[2]);
    }

    [Fact]
    public void One_that_somebody_gave_back_is_taken_anew()
    {
        timer.Take(30);
        timers.Runs[1] = false;
        Assert.Equal(0, timer.Arm(30));
        Assert.True(timers.Runs[1]);
    }

    // As the hypervisor does it: who knows a number may wind it up and stop it.
    sealed class Timers : IWatchdogTimer
    {
        internal bool[] Runs { get; } = new bool[IWatchdogTimer.Timers + 1];

        public int Arm(int timer, uint seconds)
        {
            if (timer != 0)
                return Runs[timer] ? timer : -Errno.EINVAL;
            for (int number = 1; number <= IWatchdogTimer.Timers; number++)
                if (!Runs[number])
                {
                    Runs[number] = true;
                    return number;
                }
            return -Errno.ENOSPC;
        }

        public int Disarm(int timer)
        {
            if (!Runs[timer])
                return -Errno.EINVAL;
            Runs[timer] = false;
            return 0;
        }
    }

    // A clock that is read twice may be a little early.
    [Fact]
    public void Late_wake_ups_are_counted_in_classes()
    {
        var counts = new LatenessCounts();
        foreach (long milliseconds in (long[])[-1, 0, 1, 2, 3, 10_000, 10_001, 1_000_000])
            counts.Add(milliseconds);
        var filled = counts.All.Where(entry => entry.Count > 0);
        Assert.Equal([(1, 3L), (2, 1L), (5, 1L), (10_000, 1L), ((int?)null, 2L)], filled);
        Assert.Equal(1 + 2 + 3 + 10_000 + 10_001 + 1_000_000, counts.Sum);
    }
}
