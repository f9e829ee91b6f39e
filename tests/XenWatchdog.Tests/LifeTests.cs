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
        host.Serve(LoginPath, "<node/>", new Dictionary<string, string> { ["Inhibit"] = "ssss" }, request =>
        {
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
        daemon.Says("winds up");
        Stage.Until(() => Volatile.Read(ref inhibited) == 1, () => "it does not ask to be told: " + daemon.Said);
        host.Emit(LoginPath, LoginManager, "PrepareForSleep", "b", true);
        daemon.Says("the host goes to sleep: timer 1 is given back");
        Stage.Until(() => stage.Timer(1) is null, () => daemon.Said);
        host.Emit(LoginPath, LoginManager, "PrepareForSleep", "b", false);
        daemon.Says("the host woke: timer 1 is wound up");
        Stage.Until(() => stage.Timer(1) == "30", () => daemon.Said);
        Stage.Until(() => Volatile.Read(ref inhibited) == 2, () => "it does not ask to be told the next time");
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

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int setenv(string name, string value, int overwrite);
}
