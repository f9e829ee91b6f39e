namespace SystemTests;

/// <summary>xenwatchdogd with the hypervisor's own timers. What resets a machine has one of its own (WatchdogResetTests).</summary>
public abstract class WatchdogFacts(XenHost host) : IDisposable
{
    const string Start = """
        start() { xenwatchdogd -F "$@" >>/root/watchdog 2>&1 &
        """ + """
         until xenwatchdogd status >/dev/null 2>&1 || [ $? = 2 ]; do sleep 0.1; done; }
        stop() { kill -USR1 $(cat /run/xenwatchdogd/lock); while [ -e /run/xenwatchdogd/lock ]; do sleep 0.1; done; }
        : >/root/watchdog

        """;

    /// <inheritdoc/>
    public void Dispose()
    {
        host.Run("kill -CONT $(cat /run/xen/xenstored.pid); kill -USR1 $(cat /run/xenwatchdogd/lock); sleep 1");
        GC.SuppressFinalize(this);
    }

    [Fact, Trait("Category", "Interfaces")]
    public void On_a_good_host_no_check_fails()
    {
        string status = host.Run(Start + """
            start --every=1 30 2
            until [ $(xenwatchdogd status | grep -c ' well ') = 12 ]; do sleep 0.3; done
            xenwatchdogd status; stop
            """).Ok();
        Assert.Contains("timer 1: 30 s", status, StringComparison.Ordinal);
    }

    [Fact]
    public void Only_reported_a_store_that_hangs_resets_nothing()
    {
        string said = host.Run(Start + """
            start --check=store-socket=report,2 --check=store-ring=report,2 --every=1 --within=1 4 1
            kill -STOP $(cat /run/xen/xenstored.pid); sleep 12; xenwatchdogd status
            kill -CONT $(cat /run/xen/xenstored.pid); until [ $(grep -c 'store-.* is well again' /root/watchdog) = 2 ]; do sleep 0.3; done
            stop; cat /root/watchdog
            """, 120).Ok();
        Assert.True(said.Contains("check store-socket fails", StringComparison.Ordinal), said);
        Assert.True(said.Contains("check store-ring fails", StringComparison.Ordinal), said);
        Assert.DoesNotContain("not kicked any more", said, StringComparison.Ordinal);
    }

    [Fact]
    public void Killed_and_started_again_it_takes_its_timer_over_and_given_back_it_resets_nothing()
    {
        string said = host.Run(Start + """
            start --mode=off 6 2
            kill -9 $(cat /run/xenwatchdogd/lock); sleep 1; xenwatchdogd status
            start --mode=off 6 2
            sleep 8
            stop; sleep 8; cat /root/watchdog
            """).Ok();
        Assert.True(said.Contains("timer 1 was not given back", StringComparison.Ordinal), said);
        const string Armed = "arms timer 1 with 6 s and kicks it every 2 s, which an earlier process left";
        Assert.True(said.Contains(Armed, StringComparison.Ordinal), said);
    }

    [Fact]
    public void With_the_kernels_own_watchdog_and_another_it_says_who_has_the_timers()
    {
        string said = host.Run("""
            modprobe xen_wdt; exec 5>/dev/watchdog0
            xenwatchdogd --mode=off --run-dir=/run/other 30 5>&-; xenwatchdogd -F --mode=off 30 5>&-; echo "[$?]"
            kill -USR1 $(cat /run/other/lock); while [ -e /run/other/lock ]; do sleep 0.1; done
            printf V >&5; exec 5>&-; modprobe -r xen_wdt
            """).Ok();
        Assert.True(said.Contains("the kernel's own xen_wdt is loaded", StringComparison.Ordinal), said);
        Assert.True(said.Contains("[1]", StringComparison.Ordinal), said);
    }
}
