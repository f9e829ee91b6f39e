using System.Text;
using Xen.Client;
using XenConsoled.Tests.Support;

namespace XenConsoled.Tests.Daemon;

/// <summary>The daemon as systemd's own service, in the container that tests/Systemd/run.sh boots.</summary>
[Trait("Category", "Systemd")]
public sealed class SystemdTests : IAsyncLifetime
{
    const string Hypervisor = "/run/hv", Log = "/var/log/xen/console/guest-{0}.log";

    StoreClient store = null!;

    public Task InitializeAsync()
    {
        store = StoreClient.ConnectSocket("/run/xenstored/socket");
        return Task.CompletedTask;
    }

    public async Task DisposeAsync() => await store.DisposeAsync();

    [Fact]
    public async Task Killed_and_restarted_in_a_flood_it_loses_no_byte_and_the_attached_console_lives()
    {
        using var guest = new SimulatedGuest(Hypervisor, 1);
        string tty = await guest.CreateAsync(store, "flood");
        using var viewer = new PtyViewer(tty);
        bool isKilling = true;
        var killing = Task.Run(async () =>
        {
            for (int kills = 0; kills < 8; kills++)
            {
                await Task.Delay(100 + kills * 17 % 90);
                string pid = MainPid;
                if (kills % 4 == 3)
                    Run("systemctl", "restart", "xenconsoled");
                else
                    Run("kill", "-9", pid);
                await UntilAsync(() => MainPid is not "0" && MainPid != pid && IsActive, "systemd does not start it again");
            }
            Volatile.Write(ref isKilling, false);
        });
        var written = new StringBuilder();
        var reading = Task.Run(() => viewer.ReadUntil("THE END"));
        for (int line = 0; Volatile.Read(ref isKilling); line++)
        {
            string text = $"line {line} of a flood\n";
            written.Append(text);
            guest.Write(text);
        }
        await killing;
        guest.Write("THE END");
        written.Append("THE END");
        Assert.Equal(written.Length, (await reading).Length);
        Assert.Equal(tty, await store.ReadTextAsync(guest.Tty));
        string log = string.Format(System.Globalization.CultureInfo.InvariantCulture, Log, "flood");
        await UntilAsync(() => File.ReadAllText(log).EndsWith("THE END", StringComparison.Ordinal), "the log lacks the end");
        Assert.Equal(written.ToString(), File.ReadAllText(log));
        viewer.Type("hello");
        Assert.Equal("hello", guest.ReadText(5));
    }

    [Fact]
    public async Task Lines_of_the_daemon_are_in_the_journal_with_their_fields()
    {
        using var guest = new SimulatedGuest(Hypervisor, 2, 6);
        await guest.CreateAsync(store, "told");
        await UntilAsync(
            () => Run("journalctl", "-t", "xenconsoled", "XEN_DOMAIN_NAME=told", "-o", "cat", "--no-pager")
                .Contains("is connected on port 6", StringComparison.Ordinal),
            "no such line");
    }

    [Fact]
    public async Task Lines_of_guests_are_in_the_journal_with_their_fields()
    {
        using var guest = new SimulatedGuest(Hypervisor, 3, 7);
        await guest.CreateAsync(store, "journaled");
        guest.Write("a line \x1b[1mof a guest\r\n");
        string[] words = ["XEN_DOMAIN_NAME=journaled", "XEN_CONSOLE=pv0", "-t", "xen-console", "-o", "cat", "--no-pager"];
        await UntilAsync(() => Run("journalctl", words) == "a line .[1mof a guest", "no such line");
    }

    [Fact]
    public void It_is_ready_when_systemd_says_so() => Assert.Contains("consoles", Run("xenconsoled", "status"), StringComparison.Ordinal);

    static bool IsActive => Run("systemctl", "is-active", "xenconsoled") == "active";

    static string MainPid => Run("systemctl", "show", "-p", "MainPID", "--value", "xenconsoled");

    static string Run(string program, params string[] arguments) => Programs.Run(program, arguments).Output.Trim();
}
