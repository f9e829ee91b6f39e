using System.Diagnostics;
using System.Runtime.InteropServices;
using Xen.Bus;
using Xen.Posix;

namespace XenWatchdog.Tests;

/// <summary>What the host's init system and logind tell by a bus, which is a real one of the test's own.</summary>
public sealed partial class LifeTests : IDisposable
{
    const string Login = "org.freedesktop.login1", LoginPath = "/org/freedesktop/login1", LoginManager = "org.freedesktop.login1.Manager";
    const string Systemd = "org.freedesktop.systemd1", SystemdPath = "/org/freedesktop/systemd1";

    readonly Stage stage = new();
    readonly Process bus;
    readonly IBus host;
    int inhibited;
    volatile bool isPreparing;

    public LifeTests()
    {
        string socket = Path.Combine(stage.Folder, "bus"), settings = Path.Combine(stage.Folder, "bus.conf");
        File.WriteAllText(settings, $"""
            <busconfig><type>session</type><listen>unix:path={socket}</listen>
            <policy context="default"><allow send_destination="*"/><allow receive_sender="*"/><allow own="*"/></policy>
            </busconfig>
            """);
        bus = Process.Start(new ProcessStartInfo("dbus-daemon", ["--nofork", "--print-address", "--config-file", settings]) { RedirectStandardOutput = true })!;
        bus.StandardOutput.ReadLine();
        _ = setenv("DBUS_SYSTEM_BUS_ADDRESS", stage.Bus = "unix:path=" + socket, 1); // the library reads the C environment
        host = SystemBus.TryOpen(out string reason) ?? throw new InvalidOperationException(reason);
        host.Serve(LoginPath, "<node/>", new Dictionary<string, string> { ["Inhibit"] = "ssss", ["Get"] = "ss" }, request =>
        {
            if (request.Member == "Get")
                return Task.FromResult(new BusAnswer("v", new Variant("b", isPreparing)));
            Interlocked.Increment(ref inhibited);
            return Task.FromResult(new BusAnswer("h", FileDescriptor.OpenOrCreate(Path.Combine(stage.Folder, "lock"))));
        });
        host.Own(Login);
    }

    public void Dispose()
    {
        host.Dispose();
        bus.Kill();
        bus.WaitForExit();
        bus.Dispose();
        stage.Dispose();
    }

    [Fact]
    public void Before_the_host_sleeps_the_timer_is_given_back_and_taken_again_when_it_wakes()
    {
        using var daemon = stage.Start("30");
        daemon.Says("arms timer");
        Stage.Until(() => Volatile.Read(ref inhibited) == 1, () => "it does not ask to be told: " + daemon.Said);
        host.Emit(LoginPath, LoginManager, "PrepareForSleep", "b", true);
        daemon.Says("the host goes to sleep: timer 1 is given back");
        Stage.Until(() => stage.Timer(1) is null, () => daemon.Said);
        host.Emit(LoginPath, LoginManager, "PrepareForSleep", "b", false);
        daemon.Says("the host woke: timer 1 is armed");
        Stage.Until(() => stage.Timer(1) == "30", () => daemon.Said);
        Stage.Until(() => Volatile.Read(ref inhibited) == 2, () => "it does not ask to be told the next time");
    }

    // Xen 4.21 has such a hook. systemd plays it after logind's word and before the sleep, and again before logind's word that the host woke.
    [Fact]
    public void The_sleep_hook_of_Xens_tools_that_stops_the_unit_and_starts_it_again_is_harmless()
    {
        using (var daemon = stage.Start("30"))
        {
            Stage.Until(() => Volatile.Read(ref inhibited) == 1, () => daemon.Said);
            Tell(sleeps: true);
            Stage.Until(() => stage.Timer(1) is null, () => daemon.Said);
            Assert.Equal(0, daemon.Ends("USR1")); // systemctl stop
            Assert.DoesNotContain("leaves timer", daemon.Said, StringComparison.Ordinal);
        }
        Assert.Null(stage.Timer(1));
        using var next = stage.Start("30"); // systemctl start: logind still says that the host is about to sleep
        next.Says("the host goes to sleep: timer 1 is given back");
        Tell(sleeps: false);
        next.Says("the host woke: timer 1 is armed");
        Stage.Until(() => stage.Timer(1) == "30", () => next.Said);
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
        Stage.Until(() => Volatile.Read(ref inhibited) > 0, () => next.Said);
        Assert.Equal("30", stage.Timer(1));
    }

    [Theory]
    [InlineData("USR1")]
    [InlineData("TERM")]
    public void Stopped_while_the_host_sleeps_it_leaves_no_timer_and_says_none_runs(string signal)
    {
        using var daemon = stage.Start("30");
        Stage.Until(() => Volatile.Read(ref inhibited) == 1, () => daemon.Said);
        Tell(sleeps: true);
        Stage.Until(() => stage.Timer(1) is null, () => daemon.Said);
        Assert.Equal(0, daemon.Ends(signal));
        Assert.Null(stage.Timer(1));
        Assert.DoesNotContain("leaves timer", daemon.Said, StringComparison.Ordinal);
    }

    [Fact]
    public void Stopped_at_the_moment_in_which_the_host_wakes_it_takes_no_timer_that_nobody_gives_back()
    {
        for (int round = 0; round < 5; round++)
        {
            int before = Volatile.Read(ref inhibited);
            using var daemon = stage.Start("30");
            Stage.Until(() => Volatile.Read(ref inhibited) > before, () => daemon.Said);
            Tell(sleeps: true);
            Stage.Until(() => stage.Timer(1) is null, () => daemon.Said);
            Tell(sleeps: false);
            Assert.Equal(0, daemon.Ends("USR1"));
            Assert.Null(stage.Timer(1));
        }
    }

    [Fact]
    public void A_word_of_logind_that_is_lost_leaves_no_host_unguarded()
    {
        isPreparing = true;
        using var daemon = stage.Start("30");
        daemon.Says("the host goes to sleep: timer 1 is given back");
        isPreparing = false; // and nobody tells
        daemon.Says("the host woke: timer 1 is armed");
        Stage.Until(() => stage.Timer(1) == "30", () => daemon.Said);
    }

    [Fact]
    public void A_service_that_does_not_answer_is_restarted_by_systemd_where_that_is_wanted()
    {
        string? restarted = null;
        host.Serve(SystemdPath, "<node/>", new Dictionary<string, string> { ["RestartUnit"] = "ss" }, request =>
        {
            Volatile.Write(ref restarted, (string)request.Arguments[0]);
            return Task.FromResult(new BusAnswer("o", "/org/freedesktop/systemd1/job/1"));
        });
        host.Own(Systemd);
        using var daemon = stage.Start("--check=console=enforce,1", "--every=1", "--within=1", "30"); // none runs here
        daemon.Says("xenconsoled is restarted, since check console fails");
        Stage.Until(() => Volatile.Read(ref restarted) == "xenconsoled.service", () => daemon.Said);
    }

    [Fact]
    public void While_systemd_takes_the_host_down_a_stop_leaves_the_timer_running()
    {
        host.Serve(SystemdPath, "<node/>", new Dictionary<string, string> { ["Get"] = "ss" }, request => Task.FromResult(new BusAnswer("v", new Variant("s", "stopping"))));
        host.Own(Systemd);
        using var daemon = stage.Start("30");
        Stage.Until(() => Volatile.Read(ref inhibited) == 1, () => daemon.Said);
        Assert.Equal(0, daemon.Ends("USR1"));
        Assert.Equal("300", stage.Timer(1));
    }

    void Tell(bool sleeps)
    {
        isPreparing = sleeps;
        host.Emit(LoginPath, LoginManager, "PrepareForSleep", "b", sleeps);
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int setenv(string name, string value, int overwrite);
}
