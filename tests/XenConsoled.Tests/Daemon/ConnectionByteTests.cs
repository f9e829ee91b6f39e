using System.Globalization;
using XenConsoled.Tests.Support;

namespace XenConsoled.Tests.Daemon;

/// <summary>
/// The byte "connection" of a console's page. From 4.21 on Xen's toolstack sets it when it builds or restores a guest, and the daemon
/// clears it when it connects. A daemon that sets it again at its end, as ours once did, costs guests of Linux 7.2 and later what they
/// say over a restart.
/// </summary>
public sealed class ConnectionByteTests : IAsyncLifetime
{
    readonly TestHost host = new();

    public async Task InitializeAsync() => await host.StartStoreAsync();

    public async Task DisposeAsync() => await host.DisposeAsync();

    [Theory]
    [InlineData(false, "TERM")]
    [InlineData(false, "KILL")]
    [InlineData(false, "HUP")]
    [InlineData(true, "TERM")]
    [InlineData(true, "KILL")]
    [InlineData(true, "HUP")]
    public async Task Whatever_befalls_the_daemon_beneath_systemd_Linux_old_and_new_loses_nothing(bool looksAtConnection, string signal)
    {
        await host.StartKeptDaemonAsync("--log=guest");
        using var guest = host.Guest(1);
        await guest.CreateAsync(host.Store, "one");
        var linux = new LinuxConsole(guest, looksAtConnection);
        bool isTroubled = true;
        var trouble = Task.Run(async () =>
        {
            for (int times = 0; times < 4; times++)
            {
                int pid = host.KeptPid;
                host.Signal(signal);
                if (signal != "HUP")
                    await host.KeptAgainAsync(pid);
                await Task.Delay(30);
            }
            Volatile.Write(ref isTroubled, false);
        });
        for (int line = 0; Volatile.Read(ref isTroubled); line++)
            linux.Print(string.Create(CultureInfo.InvariantCulture, $"[{line,8}] a message of the kernel's\n"));
        await trouble;
        await AssertAllIsLoggedAsync(linux);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task While_no_daemon_runs_Linux_old_and_new_waits(bool looksAtConnection)
    {
        await host.StartDaemonAsync("--log=guest");
        using var guest = host.Guest(1);
        await guest.CreateAsync(host.Store, "one");
        var linux = new LinuxConsole(guest, looksAtConnection);
        linux.Print("before\n");
        await host.StopDaemonAsync();
        string more = string.Concat(Enumerable.Repeat("said to nobody yet, and more than a ring holds\n", 200));
        var printing = Task.Run(() => linux.Print(more));
        await UntilAsync(() => guest.Output.Free == 0 || printing.IsCompleted, "the ring is not full");
        Assert.False(printing.IsCompleted, $"Linux does not wait: {linux.Lost} bytes are lost");
        await host.StartDaemonAsync("--log=guest");
        await printing;
        await AssertAllIsLoggedAsync(linux);
    }

    async Task AssertAllIsLoggedAsync(LinuxConsole linux)
    {
        linux.Print("THE END\n");
        await UntilAsync(() => host.LogOf("one").EndsWith("THE END\n", StringComparison.Ordinal), "the log lacks the end");
        Assert.Equal((0, linux.Written), (linux.Lost, host.LogOf("one")));
    }
}
