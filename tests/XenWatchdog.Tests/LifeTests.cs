using Tmds.DBus.Protocol;
using Xen.Bus;
using Xen.Tests;

namespace XenWatchdog.Tests;

/// <summary>What the host's init system and logind tell by a bus, which is a real one of the test's own.</summary>
public sealed class LifeTests : IDisposable
{
    readonly Stage stage = new();
    readonly PrivateBus bus = new();
    readonly FakeLogind logind;

    public LifeTests()
    {
        stage.Environment["DBUS_SYSTEM_BUS_ADDRESS"] = bus.Address;
        logind = Task.Run(() => FakeLogind.ServeAsync(bus)).Result;
    }

    public void Dispose()
    {
        logind.Dispose();
        bus.Dispose();
        stage.Dispose();
    }

    [Fact]
    public void Before_the_host_sleeps_the_timer_is_given_back_and_taken_again_when_it_wakes()
    {
        using var daemon = stage.Start("30");
        daemon.Says("arms timer");
        Until(() => logind.Delays == 1, () => "it does not ask to be told: " + daemon.Said);
        logind.Tell("PrepareForSleep", true);
        daemon.Says("the host goes to sleep: timer 1 is given back");
        Until(() => stage.Timer(1) is null, () => daemon.Said);
        logind.Tell("PrepareForSleep", false);
        daemon.Says("the host woke: timer 1 is armed");
        Until(() => stage.Timer(1) == "30", () => daemon.Said);
        Until(() => logind.Delays == 2, "it does not ask to be told the next time");
    }

    // Xen 4.21 has such a hook. systemd plays it after logind's word and before the sleep. When the host wakes, systemd plays it again,
    // before logind's word of that.
    [Fact]
    public void The_sleep_hook_of_Xens_tools_that_stops_the_unit_and_starts_it_again_is_harmless()
    {
        using (var daemon = stage.Start("30"))
        {
            Until(() => logind.Delays == 1, () => daemon.Said);
            Tell(sleeps: true);
            Until(() => stage.Timer(1) is null, () => daemon.Said);
            Assert.Equal(0, daemon.Ends("USR1")); // systemctl stop
            Assert.DoesNotContain("leaves timer", daemon.Said, StringComparison.Ordinal);
        }
        Assert.Null(stage.Timer(1));
        using var next = stage.Start("30"); // systemctl start: logind still says that the host is about to sleep
        next.Says("the host goes to sleep: timer 1 is given back");
        Tell(sleeps: false);
        next.Says("the host woke: timer 1 is armed");
        Until(() => stage.Timer(1) == "30", () => next.Said);
        Assert.Null(stage.Timer(2));
    }

    [Fact]
    public void The_same_hook_without_a_word_of_logind_stops_and_starts_it_as_well()
    {
        using (var daemon = stage.Start("30"))
        {
            daemon.Says("arms timer");
            Assert.Equal(0, daemon.Ends("USR1"));
        }
        Assert.Null(stage.Timer(1));
        using var next = stage.Start("30");
        next.Says("arms timer");
        Until(() => logind.Delays > 0, () => next.Said);
        Assert.Equal("30", stage.Timer(1));
    }

    [Theory]
    [InlineData("USR1")]
    [InlineData("TERM")]
    public void Stopped_while_the_host_sleeps_it_leaves_no_timer_and_says_none_runs(string signal)
    {
        using var daemon = stage.Start("30");
        Until(() => logind.Delays == 1, () => daemon.Said);
        Tell(sleeps: true);
        Until(() => stage.Timer(1) is null, () => daemon.Said);
        Assert.Equal(0, daemon.Ends(signal));
        Assert.Null(stage.Timer(1));
        Assert.DoesNotContain("leaves timer", daemon.Said, StringComparison.Ordinal);
    }

    [Fact]
    public void Stopped_at_the_moment_in_which_the_host_wakes_it_takes_no_timer_that_nobody_gives_back()
    {
        for (int round = 0; round < 5; round++)
        {
            int before = logind.Delays;
            using var daemon = stage.Start("30");
            Until(() => logind.Delays > before, () => daemon.Said);
            Tell(sleeps: true);
            Until(() => stage.Timer(1) is null, () => daemon.Said);
            Tell(sleeps: false);
            Assert.Equal(0, daemon.Ends("USR1"));
            Assert.Null(stage.Timer(1));
        }
    }

    [Fact]
    public void A_word_of_logind_that_is_lost_leaves_no_host_unguarded()
    {
        logind.IsPreparingForSleep = true;
        using var daemon = stage.Start("30");
        daemon.Says("the host goes to sleep: timer 1 is given back");
        logind.IsPreparingForSleep = false; // and nobody tells
        daemon.Says("the host woke: timer 1 is armed");
        Until(() => stage.Timer(1) == "30", () => daemon.Said);
    }

    [Fact]
    public async Task A_service_that_does_not_answer_is_restarted_by_systemd_where_that_is_wanted()
    {
        using var systemd = await FakeSystemd.ServeAsync(bus, "running");
        using var daemon = stage.Start("--check=console=enforce,1", "--every=1", "--within=1", "30"); // none runs here
        daemon.Says("xenconsoled is restarted, since check console fails");
        Until(() => systemd.Restarted == "xenconsoled.service", () => daemon.Said);
    }

    [Fact]
    public async Task Our_store_is_restarted_before_the_host_is_reset()
    {
        using var systemd = await FakeSystemd.ServeAsync(bus, "running");
        var store = stage.StartStore();
        using var daemon = stage.Start("--check=store-socket=enforce,1", "--every=1", "--within=1", "30");
        daemon.Says("arms timer");
        Until(() => stage.Ended("status").Output.Contains(" well ", StringComparison.Ordinal), () => daemon.Said);
        store.Signal("STOP");
        daemon.Says("xenstored is restarted, since check store-socket fails");
        Until(() => systemd.Restarted == "xenstored.service", () => daemon.Said);
        const string Doomed = "the watchdog timer is not kicked any more"; // nobody has restarted it here
        daemon.Says(Doomed);
        Assert.True(daemon.Said.IndexOf("is restarted", StringComparison.Ordinal) < daemon.Said.IndexOf(Doomed, StringComparison.Ordinal));
    }

    [Fact]
    public async Task While_systemd_takes_the_host_down_a_stop_leaves_the_timer_running()
    {
        using var systemd = await FakeSystemd.ServeAsync(bus, "stopping");
        using var daemon = stage.Start("30");
        Until(() => logind.Delays == 1, () => daemon.Said);
        Assert.Equal(0, daemon.Ends("USR1"));
        Assert.Equal("300", stage.Timer(1));
    }

    [Fact]
    public async Task A_bus_that_went_and_came_back_is_listened_to_again()
    {
        using var daemon = stage.Start("30");
        Until(() => logind.Delays == 1, () => daemon.Said);
        bus.End();
        bus.StartAgain();
        using var another = await FakeLogind.ServeAsync(bus);
        Until(() => another.Delays == 1, () => daemon.Said);
        another.Tell("PrepareForSleep", true);
        daemon.Says("the host goes to sleep: timer 1 is given back");
    }

    [Fact]
    public void A_bus_that_hangs_holds_up_neither_the_timer_nor_the_end()
    {
        Programs.Signal(bus.Pid, "STOP");
        using var daemon = stage.Start("30");
        daemon.Says("arms timer");
        var first = stage.Kicked(1);
        Until(() => stage.Kicked(1) > first, () => daemon.Said);
        Assert.Equal(0, daemon.Ends("USR1"));
        Assert.Null(stage.Timer(1));
        Programs.Signal(bus.Pid, "CONT");
    }

    // Everybody may send a signal to everybody, of as much as the system's bus lets through.
    [Fact]
    public async Task The_largest_message_of_the_bus_ends_neither_the_daemon_nor_its_hearing()
    {
        const int Largest = 32 << 20;
        using var daemon = stage.Start("30", "1");
        Until(() => logind.Delays == 1, () => daemon.Said);
        using (var sender = await bus.ConnectAsync())
        {
            var call = sender.NewCall(SystemBus.Bus, SystemBus.BusPath, SystemBus.Bus, "ListNames");
            string[] names = await sender.CallAsync(call, static (answer, _) => answer.GetBodyReader().ReadArrayOfString());
            foreach (string name in names.Where(name => name.StartsWith(':') && name != sender.UniqueName))
                for (int round = 0; round < 4; round++)
                    sender.TrySendMessage(Signal(sender, name, Largest - 4096));
            Assert.True(await sender.AnswersAsync(TimeSpan.FromMinutes(1)));
        }
        var first = stage.Kicked(1);
        Until(() => stage.Kicked(1) > first.AddSeconds(2), () => daemon.Said);
        Until(() =>
        {
            logind.Tell("PrepareForSleep", true);
            return stage.Timer(1) is null;
        }, () => "it hears no more: " + daemon.Said);
        Assert.False(daemon.Process.HasExited);
        Assert.DoesNotContain("memory", daemon.Said, StringComparison.OrdinalIgnoreCase);
    }

    static MessageBuffer Signal(DBusConnection sender, string to, int size)
    {
        using var writer = sender.GetMessageWriter();
        writer.WriteSignalHeader(to, "/org/example", "org.example.Noise", "Noise", "ay");
        writer.WriteArray(new byte[size]);
        return writer.CreateMessage();
    }

    void Tell(bool sleeps)
    {
        logind.IsPreparingForSleep = sleeps;
        logind.Tell("PrepareForSleep", sleeps);
    }
}
