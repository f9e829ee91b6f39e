using System.Text;
using XenConsoled.Tests.Support;

namespace XenConsoled.Tests.Daemon;

/// <summary>The daemon goes and comes back, and nobody notices.</summary>
public sealed class RestartTests : IAsyncLifetime
{
    readonly TestHost host = new();

    public async Task InitializeAsync() => await host.StartStoreAsync();

    public async Task DisposeAsync() => await host.DisposeAsync();

    [Fact]
    public async Task Killed_again_and_again_in_a_flood_beneath_a_manager_that_keeps_descriptors_it_loses_no_byte()
    {
        await host.StartKeptDaemonAsync("--log=guest");
        using var guest = host.Guest(1);
        using var viewer = new PtyViewer(await guest.CreateAsync(host.Store, "one"));
        const int Kills = 12;
        bool isKilling = true;
        var killing = Task.Run(async () =>
        {
            for (int kills = 0; kills < Kills; kills++)
            {
                await Task.Delay(20 + kills * 17 % 90);
                await host.KillKeptAsync();
            }
            Volatile.Write(ref isKilling, false);
        });
        var written = new StringBuilder();
        var reading = Task.Run(() => viewer.ReadUntil("THE END"));
        for (int line = 0; Volatile.Read(ref isKilling); line++)
        {
            string text = $"line {line} of a flood that goes on and on\n";
            written.Append(text);
            guest.Write(text);
        }
        await killing;
        guest.Write("THE END");
        written.Append("THE END");
        string seen = await reading;
        // The pty is the same one all the time; of a piece that was written when the kill came, the end may come twice.
        AssertSameButRepeated(written.ToString(), seen);
        await UntilAsync(() => host.LogOf("one").EndsWith("THE END", StringComparison.Ordinal), "the log lacks the end");
        Assert.Equal(written.ToString(), host.LogOf("one"));
    }

    [Fact]
    public async Task An_orderly_restart_beneath_a_manager_keeps_the_pty_and_what_waits_in_it()
    {
        await host.StartKeptDaemonAsync();
        using var guest = host.Guest(1);
        string tty = await guest.CreateAsync(host.Store, "one");
        using var viewer = new PtyViewer(tty);
        guest.Write("before\n");
        viewer.ReadUntil("before\n");
        int pid = host.KeptPid;
        host.Signal("TERM");
        await host.KeptAgainAsync(pid);
        Assert.Equal(tty, await host.Store.ReadTextAsync(guest.Tty));
        guest.Write("after\n");
        Assert.Equal("before\nafter\n", viewer.ReadUntil("after\n"));
        viewer.Type("typed");
        Assert.Equal("typed", guest.ReadText(5));
    }

    [Fact]
    public async Task A_guest_that_died_meanwhile_has_its_log_finished_and_leaves_nothing()
    {
        await host.StartKeptDaemonAsync("--log=guest");
        using var guest = host.Guest(1);
        await guest.CreateAsync(host.Store, "one");
        guest.Write("last words\n");
        guest.WaitUntilTaken();
        int pid = host.KeptPid;
        File.WriteAllText(Path.Combine(host.HypervisorFolder, "dead.1"), "");
        host.Signal("KILL");
        await host.KeptAgainAsync(pid);
        await UntilAsync(() => host.LogOf("one") == "last words\n", "the log lacks what was taken");
        await UntilAsync(() => !File.Exists(Path.Combine(host.Run, "1.pv")), "memory is left");
    }

    [Fact]
    public async Task Without_a_manager_ports_are_bound_again_and_what_waited_is_in_a_new_pty()
    {
        await host.StartDaemonAsync("--log=guest");
        using var guest = host.Guest(1);
        await guest.CreateAsync(host.Store, "one");
        guest.Write("nobody has read this yet\n");
        guest.WaitUntilTaken();
        host.Daemon.Kill();
        guest.Output.Put("written while nobody was there\n"u8);
        await host.Store.WriteAsync(guest.Tty, ""); // to see that it is told anew
        await host.StartDaemonAsync("--log=guest");
        using var viewer = new PtyViewer(await guest.TtyAsync(host.Store));
        viewer.ReadUntil("written while nobody was there\n");
        guest.Write("and on\n");
        viewer.ReadUntil("and on\n");
        await UntilAsync(() => host.LogOf("one") == "nobody has read this yet\nwritten while nobody was there\nand on\n",
            "the log: " + host.LogOf("one"));
    }

    [Fact]
    public async Task Consoles_come_back_although_the_store_is_away()
    {
        await host.StartKeptDaemonAsync("--log=guest");
        using var guest = host.Guest(1);
        using var viewer = new PtyViewer(await guest.CreateAsync(host.Store, "one"));
        await host.StopStoreAsync();
        await host.KillKeptAsync();
        guest.Write("no store\n");
        viewer.ReadUntil("no store\n");
        await host.StartStoreAsync();
        await guest.WriteKeysAsync(host.Store, "one");
        Assert.NotEqual("", await guest.TtyAsync(host.Store));
    }

    [Fact]
    public async Task A_store_that_is_away_for_half_a_minute_and_started_anew_is_told_the_ptys_and_new_guests_are_served()
    {
        await host.StartDaemonAsync();
        using var guest = host.Guest(1);
        string tty = await guest.CreateAsync(host.Store, "one");
        using var viewer = new PtyViewer(tty);
        await host.StopStoreAsync();
        guest.Write("while it was away\n");
        viewer.ReadUntil("while it was away\n");
        await Task.Delay(TimeSpan.FromSeconds(30));
        guest.Write("and still\n");
        viewer.ReadUntil("and still\n");
        await host.StartStoreAsync(); // it is empty, as one that kept nothing
        await guest.WriteKeysAsync(host.Store, "one");
        await host.Store.IntroduceAsync(1, 1, 9);
        await host.Store.WriteAsync("/local/domain/1/console/limit", "1048576");
        using var other = host.Guest(2);
        using var toOther = new PtyViewer(await other.CreateAsync(host.Store, "two"));
        other.Write("new\n");
        toOther.ReadUntil("new\n");
        await host.SaysAsync("the store cannot be reached");
    }

    // Seen is written, with pieces of it repeated right where they end.
    static void AssertSameButRepeated(string written, string seen)
    {
        int at = 0;
        for (int i = 0; i < seen.Length;)
        {
            if (at < written.Length && seen[i] == written[at])
            {
                i++;
                at++;
                continue;
            }
            // A repeated piece: go back to where it fits.
            int look = Math.Min(64, seen.Length - i);
            int back = written.LastIndexOf(seen.Substring(i, look), at, StringComparison.Ordinal);
            Assert.True(back >= 0 && at - back < 10_000,
                $"at {i}: \"{seen.Substring(i, look)}\" does not follow \"{written[Math.Max(0, at - 64)..at]}\"");
            at = back;
        }
        Assert.Equal(written.Length, at);
    }
}
