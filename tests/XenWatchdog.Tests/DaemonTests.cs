using System.Text.Json;

namespace XenWatchdog.Tests;

/// <summary>The executable beside a simulated hypervisor.</summary>
public sealed class DaemonTests : IDisposable
{
    readonly Stage stage = new();

    public void Dispose() => stage.Dispose();

    [Fact]
    public void It_takes_a_timer_and_kicks_it_again_and_again()
    {
        using var daemon = stage.Start("3", "1");
        daemon.Says("arms timer 1 with 3 s and kicks it every 1 s");
        Assert.Equal("3", stage.Timer(1));
        var first = stage.Kicked(1);
        Until(() => stage.Kicked(1) > first.AddSeconds(2), "it is not kicked again");
    }

    [Theory]
    [InlineData("USR1", false, null)]
    [InlineData("TERM", false, "300")]
    [InlineData("INT", false, "300")]
    [InlineData("QUIT", false, "300")]
    [InlineData("HUP", false, "300")]
    [InlineData("TERM", true, null)]
    [InlineData("HUP", true, null)]
    public void At_its_end_the_timer_is_given_back_or_left_with_time_to_go_down(string signal, bool isSafe, string? left)
    {
        using var daemon = stage.Start([.. isSafe ? (string[])["-x"] : [], "30", "15"]);
        daemon.Says("arms timer");
        Assert.Equal(0, daemon.Ends(signal));
        Assert.Equal(left, stage.Timer(1));
    }

    // Linux since XSA-482, in every domain but dom0.
    [Fact]
    public void In_a_guest_whose_kernel_refuses_hypercalls_it_says_so_once_and_names_the_kernels_own()
    {
        Directory.CreateDirectory(stage.HypervisorFolder);
        File.WriteAllText(Path.Combine(stage.HypervisorFolder, "refuses-hypercalls"), "");
        foreach (string[] command in (string[][])[["allowed", "30"], ["-F", "30"], ["30"]])
        {
            var (status, _, errors) = stage.Ended([.. command, .. stage.Simulated]);
            Assert.Equal(3, status);
            Assert.Contains("there is nothing to do here", Assert.Single(errors.TrimEnd().Split('\n')), StringComparison.Ordinal);
            Assert.Contains("modprobe xen_wdt, and RuntimeWatchdogSec=", errors, StringComparison.Ordinal);
            Assert.Contains("xen_privcmd.unrestricted=1", errors, StringComparison.Ordinal);
        }
        Assert.Null(stage.Timer(1));
    }

    [Theory]
    [InlineData("30")]
    [InlineData("--nonsense")] // which the daemon says
    [InlineData("")]
    public void Anywhere_else_nothing_keeps_an_init_system_from_starting_it(string words)
    {
        string[] given = words.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var (status, output, errors) = stage.Ended(["allowed", .. given, .. stage.Simulated]);
        Assert.Equal((0, "", ""), (status, output, errors));
    }

    [Fact]
    public void The_time_to_go_down_is_chosen()
    {
        using var daemon = stage.Start("--shutdown-budget=77", "30");
        daemon.Says("arms timer");
        daemon.Ends("TERM");
        Assert.Equal("77", stage.Timer(1));
    }

    // With another timer the old one would run out, and with it the host: the C daemon's way.
    [Theory]
    [InlineData("KILL")]
    [InlineData("TERM")]
    public void Started_again_it_takes_over_the_timer_that_it_left(string signal)
    {
        using (var daemon = stage.Start("30", "15"))
        {
            daemon.Says("arms timer");
            daemon.Ends(signal);
        }
        using var next = stage.Start("40", "15");
        next.Says("arms timer 1 with 40 s and kicks it every 15 s, which an earlier process left");
        Assert.Equal(("40", null), (stage.Timer(1), stage.Timer(2)));
    }

    // What is read before it says that it is ready may be on a disk that hangs. The timer that it takes, or took over, waits for no disk.
    [Fact]
    public void A_disk_that_hangs_at_its_start_keeps_the_timer_from_no_kick()
    {
        Directory.CreateDirectory(stage.State);
        Fifo.Make(Path.Combine(stage.State, "last-reset")); // who opens it waits
        using var daemon = stage.Start("3", "1");
        Until(() => stage.Timer(1) == "3", () => daemon.Said);
        var first = stage.Kicked(1);
        Until(() => stage.Kicked(1) > first.AddSeconds(4), "it is not kicked again");
        Assert.DoesNotContain("arms timer", daemon.Said, StringComparison.Ordinal); // it hangs still
    }

    [Fact]
    public void A_number_that_cannot_be_read_is_told_and_a_timer_taken_all_the_same()
    {
        Directory.CreateDirectory(Path.Combine(stage.Run, "timer"));
        var (status, _, errors) = stage.Ended("release", "--hypervisor", "simulated:" + stage.HypervisorFolder);
        Assert.Equal(1, status);
        Assert.Contains(Path.Combine(stage.Run, "timer"), errors, StringComparison.Ordinal);
        using var daemon = stage.Start("30");
        daemon.Says("a timer that an earlier process may have left is not known");
        daemon.Says("arms timer 1");
    }

    [Fact]
    public void The_second_timer_will_do()
    {
        stage.Take(1);
        using var daemon = stage.Start("30");
        daemon.Says("arms timer 2");
        Assert.Equal(("99", "30"), (stage.Timer(1), stage.Timer(2)));
    }

    [Fact]
    public void With_both_timers_taken_it_says_by_whom()
    {
        stage.Take(1);
        stage.Take(2);
        var (status, _, errors) = stage.Ended(["-F", .. stage.Simulated, "30"]);
        Assert.Equal(1, status);
        Assert.Contains("No space left on device: both are taken", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void A_timer_that_somebody_else_gave_back_is_taken_anew()
    {
        using var daemon = stage.Start("3", "1");
        daemon.Says("arms timer");
        File.Delete(stage.TimerFile(1));
        Until(() => stage.Timer(1) == "3", () => daemon.Said);
    }

    [Fact]
    public void Another_one_is_refused()
    {
        using var daemon = stage.Start("30");
        daemon.Says("arms timer");
        var (status, _, errors) = stage.Ended(["-F", .. stage.Simulated, "30"]);
        Assert.Equal((1, true), (status, errors.Contains("another one runs", StringComparison.Ordinal)));
        Assert.Null(stage.Timer(2));
    }

    [Fact]
    public void In_the_background_its_command_returns_when_the_timer_runs()
    {
        Assert.Equal(0, stage.Ended([.. stage.Simulated, "--mode=off", "30"]).Status);
        Assert.Equal("30", stage.Timer(1));
        int pid = int.Parse(File.ReadAllText(Path.Combine(stage.Run, "lock")), System.Globalization.CultureInfo.InvariantCulture);
        Programs.Signal(pid, "USR1");
        Until(() => stage.Timer(1) is null && !Directory.Exists($"/proc/{pid}"), "it does not end");
    }

    [Fact]
    public void A_store_that_hangs_costs_the_host_its_timer_and_one_that_is_back_saves_it()
    {
        var store = stage.StartOtherStore();
        using var daemon = stage.Start("--check=store-socket=enforce,2", "--every=1", "--within=1", "4", "1");
        daemon.Says("arms timer");
        Until(() => stage.Ended("status").Output.Contains(" well ", StringComparison.Ordinal), () => daemon.Said);
        store.Signal("STOP");
        daemon.Says("check store-socket fails: no answer within ");
        daemon.Says("the watchdog timer is not kicked any more");
        Holds(Path.Combine(stage.State, "last-words"), "store-socket: no answer within ");
        Holds(Path.Combine(stage.HypervisorFolder, "console"), "xenwatchdogd: the host will be reset in ");
        const string Told = "IT IS NOT KICKED ANY MORE: store-socket: ";
        Until(() => stage.Ended("status") is (2, var output, _) && output.Contains(Told, StringComparison.Ordinal),
            () => stage.Ended("status").Output);
        var before = stage.Kicked(1);
        Thread.Sleep(2500);
        Assert.Equal(before, stage.Kicked(1));

        store.Signal("CONT");
        daemon.Says("the watchdog timer is kicked again");
        Until(() => stage.Kicked(1) > before && !File.Exists(Path.Combine(stage.State, "last-words")), () => daemon.Said);
    }

    [Fact]
    public void Only_reported_nothing_is_done()
    {
        using var daemon = stage.Start("--check=store-socket=report,1", "--every=1", "--within=1", "3", "1");
        daemon.Says("check store-socket fails: ");
        var before = stage.Kicked(1);
        Until(() => stage.Kicked(1) > before.AddSeconds(2), () => daemon.Said);
        Assert.False(File.Exists(Path.Combine(stage.State, "last-words")));
        Assert.Equal(1, daemon.Said.Split("check store-socket fails").Length - 1); // once, and not with every look
    }

    [Fact]
    public void A_root_that_cannot_be_written_is_a_failure()
    {
        File.WriteAllText(stage.State, "a file where the folder should be");
        using var daemon = stage.Start("--check=root=report,1", "--every=1", "30");
        daemon.Says("check root fails: open ");
    }

    [Fact]
    public void A_well_host_fails_no_check()
    {
        stage.StartStore();
        string[] checks = ["store-socket", "hypercall", "fork", "root", "threads", "grants", "memory", "zombies"];
        using var daemon = stage.Start([.. checks.Select(name => $"--check={name}=report,1"), "--every=1", "30", "1"]);
        daemon.Says("arms timer");
        Until(() => stage.Ended("status", "--json").Output is { Length: > 0 } text
                && ToldOfChecks(text, "result").All(result => result == "well"),
            () => stage.Ended("status").Output);
        var (status, output, _) = stage.Ended("status");
        Assert.Equal(0, status);
        Assert.Contains("timer 1: 30 s, kicked", output, StringComparison.Ordinal);
        Assert.Equal(checks, ToldOfChecks(stage.Ended("status", "--json").Output, "name"));
    }

    [Fact]
    public void After_a_reset_its_reason_is_told_once_and_kept()
    {
        Directory.CreateDirectory(stage.State);
        File.WriteAllText(Path.Combine(stage.State, "last-words"), "another boot\n2026-01-02 03:04:05 UTC\nstore-socket: it hung\n");
        using (var daemon = stage.Start("30"))
        {
            daemon.Says("this host was reset by its watchdog after 2026-01-02 03:04:05 UTC: store-socket: it hung");
            const string Told = "this host was reset after 2026-01-02 03:04:05 UTC: store-socket: it hung";
            Until(() => stage.Ended("status").Output.Contains(Told, StringComparison.Ordinal), "its status does not tell");
            daemon.Ends("USR1");
        }
        using var next = stage.Start("30");
        next.Says("arms timer");
        Assert.DoesNotContain("was reset", next.Said, StringComparison.Ordinal);
    }

    // The recovery came between two kicks, and the next would have been too late.
    [Fact]
    public void What_is_well_again_keeps_its_host_however_long_the_sleep()
    {
        var store = stage.StartOtherStore();
        using var daemon = stage.Start("--check=store-socket=enforce,1", "--every=1", "--within=1", "60", "30");
        daemon.Says("arms timer");
        Until(() => stage.Ended("status").Output.Contains(" well ", StringComparison.Ordinal), () => daemon.Said);
        store.Signal("STOP");
        daemon.Says("the watchdog timer is not kicked any more");
        Until(() => DateTime.UtcNow > stage.Kicked(1).AddSeconds(31), "time does not pass"); // it has been passed over once
        var before = stage.Kicked(1);
        store.Signal("CONT");
        Until(() => stage.Kicked(1) > before, () => "it waits for a whole sleep\n" + daemon.Said, limitMs: 20_000);
        daemon.Says("the watchdog timer is kicked again");
    }

    [Fact]
    public void Started_with_its_signals_ignored_it_hears_them_all_the_same()
    {
        using var daemon = stage.StartDaemon("/bin/sh", ["-c", "trap '' INT QUIT; exec \"$0\" \"$@\"", Checkout.Program("xenwatchdogd"),
            "--run-dir", stage.Run, .. stage.Simulated, "-F", "--mode=off", "30"]);
        Until(() => File.Exists(Path.Combine(stage.Run, "status")), "it does not start");
        daemon.Ends("INT");
        Assert.Equal("300", stage.Timer(1));
    }

    [Fact]
    public void A_timer_that_was_left_is_released()
    {
        using (var daemon = stage.Start("30"))
        {
            daemon.Says("arms timer");
            Assert.Equal(0, stage.Ended("release", "--hypervisor", stage.Simulated[^1]).Status);
            Assert.Equal("30", stage.Timer(1)); // its daemon runs
            daemon.Ends("KILL");
        }
        Assert.Equal(0, stage.Ended("release", "--hypervisor", stage.Simulated[^1]).Status);
        Assert.Null(stage.Timer(1));
        Assert.Equal((1, "", "xenwatchdogd: none runs\n"), stage.Ended("status"));
    }

    [Fact]
    public void A_number_that_cannot_be_kept_costs_nothing_and_is_kept_later()
    {
        Directory.CreateDirectory(Path.Combine(stage.Run, "timer.new"));
        using var daemon = stage.Start("30");
        daemon.Says("the timer's number is not kept");
        Assert.Equal("30", stage.Timer(1));
        Directory.Delete(Path.Combine(stage.Run, "timer.new"));
        Until(() => File.Exists(Path.Combine(stage.Run, "timer")), () => daemon.Said);
    }

    [Fact]
    public void A_host_that_was_let_go_stays_so_when_the_daemon_is_started_again_until_it_is_well()
    {
        LeaveLastWords("root: it hung");
        using var daemon = stage.Start("--check=fork=enforce,1", "30", "1");
        daemon.Says("the watchdog timer is kicked again: the reason for a reset is gone (root: it hung)");
        Until(() => !File.Exists(Path.Combine(stage.State, "last-words")), () => daemon.Said);
    }

    [Fact]
    public void A_reset_record_of_this_boot_are_of_no_reset()
    {
        LeaveLastWords("store-socket: it hung");
        using var daemon = stage.Start("30");
        daemon.Says("arms timer");
        Assert.DoesNotContain("was reset", daemon.Said, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_daemon_the_status_tells_of_the_timer_that_still_runs()
    {
        Assert.Equal((1, "", "xenwatchdogd: none runs\n"), stage.Ended("status"));
        using (var daemon = stage.Start("30"))
        {
            daemon.Says("arms timer");
            daemon.Ends("KILL");
        }
        Assert.Contains("timer 1 was not given back", stage.Ended("status").Errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Usage_is_an_error_as_with_C()
    {
        Assert.Equal(1, stage.Ended("-F").Status);
        Assert.Equal(1, stage.Ended("--nonsense", "30").Status);
        Assert.Equal(0, stage.Ended("--help").Status);
        Assert.Equal(1, stage.Ended("status", "--nonsense").Status);
    }

    // What a process of this boot of the machine leaves when it has the host reset.
    void LeaveLastWords(string reason)
    {
        Directory.CreateDirectory(stage.State);
        string boot = File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();
        File.WriteAllText(Path.Combine(stage.State, "last-words"), $"{boot}\n2026-01-02 03:04:05 UTC\n{reason}\n");
    }

    static IEnumerable<string?> ToldOfChecks(string json, string key) =>
        JsonDocument.Parse(json).RootElement.GetProperty("checks").EnumerateArray().Select(check => check.GetProperty(key).GetString());

    // A file is there before what is written into it.
    static void Holds(string file, string text) => Until(
        () => File.Exists(file) && File.ReadAllText(file).Contains(text, StringComparison.Ordinal), () => $"{file} does not say: {text}");
}
