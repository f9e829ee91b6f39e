using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using Xen.Hosting;
using Xen.Hosting.Logging;
using Xen.Linux;
using Xen.Linux.Processes;
using XenConsoled.Core;
using XenConsoled.Logs;
using XenConsoled.Tests.Support;

namespace XenConsoled.Tests.Daemon;

/// <summary>The daemon as administrators meet it: options, signals, logs, what it bears.</summary>
public sealed class DaemonTests : IAsyncLifetime
{
    readonly TestHost host = new();

    public async Task InitializeAsync() => await host.StartStoreAsync();

    public async Task DisposeAsync() => await host.DisposeAsync();

    [Theory]
    [InlineData("--nonsense", "unknown option --nonsense")]
    [InlineData("stray", "unexpected argument stray")]
    [InlineData("--log", "--log needs a value")]
    [InlineData("--interactive=yes", "--interactive takes no value")]
    [InlineData("--log-size=3", "0 or at least 262144 bytes")]
    [InlineData("--log-generations=-1", "a number from 0 to 1000")]
    [InlineData("--journal-rate=0", "a number from 1")]
    [InlineData("--hypervisor=kvm", "xen, none or simulated:FOLDER")]
    public void Wrong_usage_is_one_sentence_and_status_22(string option, string sentence)
    {
        var (status, output, errors) = host.RunProgram("xenconsoled", option);
        Assert.Equal(22, status);
        Assert.Equal("", output);
        Assert.Contains(sentence, errors, StringComparison.Ordinal);
        Assert.Equal(1, errors.Count(character => character == '\n'));
    }

    [Fact]
    public void Help_and_version_end_with_0()
    {
        Assert.Equal((0, $"xenconsoled {DaemonHost.Version}\n", ""), host.RunProgram("xenconsoled", "-V"));
        var (status, output, _) = host.RunProgram("xenconsoled", "--help");
        Assert.Equal(0, status);
        string[] words =
        [
            "--verbose", "--interactive", "--log", "--log-dir", "--pid-file", "--timestamp", "--overflow-data", "--replace-escape",
            "--log-total", "attach", "status",
        ];
        foreach (string option in words)
            Assert.Contains(option, output, StringComparison.Ordinal);
        Assert.Contains("--follow", host.RunProgram("xenconsoled", "attach", "--help").Output, StringComparison.Ordinal);
        Assert.Contains("--json", host.RunProgram("xenconsoled", "status", "--help").Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_word_that_C_xenconsoled_took_for_none_is_taken_for_none_and_said()
    {
        await host.StartDaemonAsync("--log=everything", "-o", "maybe");
        await host.SaysAsync("--log=everything is taken for none");
        await host.SaysAsync("-o=maybe is taken for discard");
    }

    [Fact]
    public async Task In_the_background_it_writes_its_pid_and_ends_by_it()
    {
        string pidFile = host.File("console.pid");
        var (status, _, errors) = host.RunProgram("xenconsoled", [.. host.Arguments("--pid-file=" + pidFile)[1..]]); // without -i
        Assert.True(status == 0, errors);
        int pid = int.Parse(File.ReadAllText(pidFile), System.Globalization.CultureInfo.InvariantCulture);
        using var daemon = Process.GetProcessById(pid);
        using var guest = host.Guest(1);
        using (var viewer = new PtyViewer(await guest.CreateAsync(host.Store, "one")))
        {
            guest.Write("hello\n");
            viewer.ReadUntil("hello\n");
        }
        var second = host.RunProgram("xenconsoled", [.. host.Arguments("--pid-file=" + pidFile)[1..]]);
        Assert.Equal(1, second.Status);
        Assert.Contains("another one runs and holds", second.Errors, StringComparison.Ordinal);
        Programs.Signal(pid, "TERM");
        await UntilAsync(() => !File.Exists(pidFile), "it does not end");
    }

    [Fact]
    public async Task A_second_daemon_leaves_the_first_alone()
    {
        await host.StartDaemonAsync();
        var (status, _, errors) = host.RunProgram("xenconsoled", host.Arguments());
        Assert.Equal(1, status);
        Assert.Contains("another one runs and holds " + Path.Combine(host.Run, "lock"), errors, StringComparison.Ordinal);
        using var guest = host.Guest(1);
        await guest.CreateAsync(host.Store, "one");
        Assert.Equal("one", host.Status(1).GetProperty("name").GetString());
    }

    [Fact]
    public async Task SIGHUP_opens_logs_anew_and_a_new_name_is_a_new_file()
    {
        await host.StartDaemonAsync("--log=guest");
        using var guest = host.Guest(1);
        await guest.CreateAsync(host.Store, "one");
        guest.Write("before\n");
        await UntilAsync(() => host.LogOf("one") == "before\n", "no log");
        File.Move(Path.Combine(host.Logs, "guest-one.log"), Path.Combine(host.Logs, "moved"));
        host.Signal("HUP");
        string moved = Path.Combine(host.Logs, "moved");
        await UntilAsync(() => !Opened().Contains(moved), "the old file is still open");
        guest.Write("after\n");
        await UntilAsync(() => host.LogOf("one") == "after\n", "the log was not opened anew");
        await host.Store.WriteAsync("/local/domain/1/name", "renamed");
        await UntilAsync(() => LogFileOf(1)!.EndsWith("guest-renamed.log", StringComparison.Ordinal), "the new name is not taken");
        guest.Write("renamed\n");
        await UntilAsync(() => host.LogOf("renamed") == "renamed\n", "the new name is not taken");
    }

    [Fact]
    public async Task Times_and_dots_for_escapes_are_written_when_wanted()
    {
        await host.StartDaemonAsync("--log=guest", "--timestamp=guest", "--replace-escape");
        using var one = host.Guest(1);
        using var two = host.Guest(2);
        await one.CreateAsync(host.Store, "one");
        await two.CreateAsync(host.Store, "two");
        one.Write("first ");
        one.WaitUntilTaken();
        two.Write("between\r\n");
        two.WaitUntilTaken();
        one.Write("half\x1b[0m\nnext");
        await UntilAsync(() => host.LogOf("one").EndsWith("next", StringComparison.Ordinal), "no log");
        // Where lines begin is each log's own: C xenconsoled has one flag for all.
        Assert.Matches(
            @"^\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\] Logfile Opened\n\[[^]]*\] first half\.\[0m\n\[[^]]*\] next$", host.LogOf("one"));
        await UntilAsync(() => host.LogOf("two").EndsWith("between\r\n", StringComparison.Ordinal), "no log");
    }

    [Fact]
    public async Task The_hypervisors_log_goes_on_after_a_restart_and_says_what_it_lost()
    {
        Directory.CreateDirectory(host.HypervisorFolder);
        string ring = Path.Combine(host.HypervisorFolder, "console"), log = Path.Combine(host.Logs, "hypervisor.log");
        File.WriteAllText(ring, "(XEN) Xen version 4.22\n");
        await host.StartDaemonAsync("--log=hv");
        await UntilAsync(() => File.Exists(log) && File.ReadAllText(log) == "(XEN) Xen version 4.22\n", "no boot messages");
        File.AppendAllText(ring, "(XEN) more\n");
        RaiseConsoleRing();
        await UntilAsync(() => File.ReadAllText(log).EndsWith("(XEN) more\n", StringComparison.Ordinal), "the interrupt is not heard");
        await host.StopDaemonAsync();
        File.AppendAllText(ring, new string('x', 20_000) + "\n");
        await host.StartDaemonAsync("--log=hv");
        await UntilAsync(() => File.ReadAllText(log).EndsWith("x\n", StringComparison.Ordinal), "it does not go on");
        Assert.StartsWith("(XEN) Xen version 4.22\n(XEN) more\n[xenconsoled: 3617 bytes lost]\nxxx", File.ReadAllText(log),
            StringComparison.Ordinal);
        await host.SaysAsync("lost 3617 bytes");
    }

    [Fact]
    public async Task The_hypervisors_log_is_polled_when_another_has_the_interrupt()
    {
        Directory.CreateDirectory(host.HypervisorFolder);
        File.WriteAllText(Path.Combine(host.HypervisorFolder, "virq.8"), "");
        await host.StartDaemonAsync("--log=hv");
        await host.SaysAsync("another process has the hypervisor's VIRQ_CON_RING (File exists)");
        File.WriteAllText(Path.Combine(host.HypervisorFolder, "console"), "(XEN) later\n");
        string log = Path.Combine(host.Logs, "hypervisor.log");
        await UntilAsync(() => File.Exists(log) && File.ReadAllText(log) == "(XEN) later\n", "it is not polled");
    }

    [Fact]
    public async Task A_log_folder_that_cannot_be_costs_the_log_and_nothing_else_until_it_can()
    {
        File.WriteAllText(host.Logs, "a file in the way");
        await host.StartDaemonAsync("--log=guest");
        using var guest = host.Guest(1);
        using var viewer = new PtyViewer(await guest.CreateAsync(host.Store, "one"));
        guest.Write("hello\n");
        viewer.ReadUntil("hello\n");
        await UntilAsync(() => host.Times("cannot be written: Not a directory") == 1, "it is said once");
        Assert.Matches("\"log_failures\": [1-9]\\d*,\\s+\"log_failing\": true", host.Status(1).GetRawText());
        File.Delete(host.Logs);
        await UntilAsync(() => host.LogOf("one") == "hello\n", "the log is not tried again");
        await host.SaysAsync("can be written again");
        Assert.False(host.Status(1).GetProperty("log_failing").GetBoolean());
    }

    [Fact]
    public async Task What_a_log_could_not_take_is_counted_and_said_in_it()
    {
        File.WriteAllText(host.Logs, "a file in the way");
        await host.StartDaemonAsync("--log=guest");
        using var guest = host.Guest(1);
        using var viewer = new PtyViewer(await guest.CreateAsync(host.Store, "one"));
        var reading = Task.Run(() => viewer.ReadUntil("THE END\n"));
        guest.Write(new string('x', 300_000) + "THE END\n");
        await reading;
        File.Delete(host.Logs);
        await UntilAsync(() => host.LogOf("one").EndsWith("THE END\n", StringComparison.Ordinal), "the log does not recover");
        ulong lost = host.Status(1).GetProperty("log_lost").GetUInt64();
        Assert.InRange(lost, 100_000UL, 300_000UL);
        Assert.StartsWith($"[xenconsoled: {lost} bytes lost]\nxxx", host.LogOf("one"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Xapis_keys_say_where_a_domain_is_logged()
    {
        await host.StartDaemonAsync();
        using var one = host.Guest(1);
        using var two = host.Guest(2);
        await one.CreateAsync(host.Store, "one");
        await two.CreateAsync(host.Store, "two");
        await host.Store.WriteAsync("/local/logconsole/1", host.File("one.log"));
        await host.Store.WriteAsync("/local/logconsole/@", host.File("console.%d.log"));
        await UntilAsync(() => LogFileOf(2) is not null && LogFileOf(1) is not null, "the keys are not heard");
        one.Write("one\n");
        two.Write("two\n");
        await UntilAsync(() => Text("one.log") == "one\n" && Text("console.2.log") == "two\n", "it is not logged");
        await host.Store.RemoveAsync("/local/logconsole/1");
        await UntilAsync(() => LogFileOf(1)!.EndsWith("console.1.log", StringComparison.Ordinal), "the pattern is not taken");
        await host.Store.WriteAsync("/local/logconsole/@", "");
        await UntilAsync(() => LogFileOf(1) is null, "it does not stop");
        one.Write("not logged\n");
        one.WaitUntilTaken();

        string Text(string name) => File.Exists(Path.Combine(host.Folder, name)) ? File.ReadAllText(Path.Combine(host.Folder, name)) : "";
    }

    [Fact]
    public async Task Keep_lets_a_guest_wait_until_a_viewer_has_taken_enough()
    {
        await host.StartDaemonAsync("--overflow-data=keep");
        using var guest = host.Guest(1);
        string tty = await guest.CreateAsync(host.Store, "one", ("limit", "16384"));
        string text = string.Concat(Enumerable.Range(0, 80_000).Select(number => $"{number}\n")) + "THE END";
        var writing = Task.Run(() => guest.Write(text));
        await Task.Delay(300);
        Assert.False(writing.IsCompleted);
        using var viewer = new PtyViewer(tty);
        Assert.Equal(text, viewer.ReadUntil("THE END"));
        await writing;
    }

    [Fact]
    public async Task A_guest_that_floods_does_not_delay_another()
    {
        await host.StartDaemonAsync();
        var lasted = Stopwatch.StartNew();
        using var flooder = host.Guest(1);
        using var other = host.Guest(2);
        await flooder.CreateAsync(host.Store, "flooder");
        using var viewer = new PtyViewer(await other.CreateAsync(host.Store, "other"));
        bool isFlooding = true;
        var flood = Task.Run(() =>
        {
            byte[] much = new byte[256];
            while (Volatile.Read(ref isFlooding))
            {
                flooder.Output.Put(much);
                flooder.Notify();
            }
        });
        await UntilAsync(() => host.Status(1).GetProperty("flooding").GetBoolean(), "it is not noticed");
        for (int i = 0; i < 50; i++)
        {
            viewer.Type("x");
            other.ReadText(1);
            other.Write($"echo {i}\n");
            viewer.ReadUntil($"echo {i}\n");
            await Task.Delay(40); // each key is some turns, and who typed much faster would be a flooder too
        }
        Volatile.Write(ref isFlooding, false);
        await flood;
        var status = host.Status(1);
        // Every time that it rang was not a turn: that is the rate's work. (Latencies are measured by bench/console.sh.)
        Assert.True(status.GetProperty("throttled_us").GetInt64() > 0);
        long periods = (long)lasted.Elapsed.TotalMicroseconds / EventRate.Period + 1;
        long most = periods * (EventRate.Burst + EventRate.Period / EventRate.ShortestPause);
        Assert.InRange(status.GetProperty("turns").GetInt64(), EventRate.Burst, most);
        Assert.False(host.Status(2).GetProperty("flooding").GetBoolean());
    }

    [Fact]
    public async Task Hundreds_of_consoles_are_served_at_once()
    {
        await host.StartDaemonAsync();
        var guests = new List<SimulatedGuest>();
        var viewers = new List<PtyViewer>();
        for (ushort domid = 1; domid <= 300; domid++)
        {
            guests.Add(host.Guest(domid, domid));
            await guests[^1].WriteKeysAsync(host.Store, $"g{domid}");
            await host.Store.IntroduceAsync(domid, 1, 9);
        }
        foreach (var guest in guests)
            viewers.Add(new(await guest.TtyAsync(host.Store)));
        foreach (var guest in guests)
            guest.Write($"I am {guest.Domid}\n");
        for (int i = 0; i < guests.Count; i++)
            Assert.Equal($"I am {i + 1}\n", viewers[i].ReadUntil("\n"));
        string told = host.RunProgram("xenconsoled", "status", "--run-dir=" + host.Run).Output;
        Assert.Contains(", 300 consoles", told, StringComparison.Ordinal);
        foreach (var one in viewers)
            one.Dispose();
        foreach (var one in guests)
            one.Dispose();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public async Task A_store_that_stops_answering_holds_nobody(int answers)
    {
        await host.StartDaemonAsync("--log=guest");
        using var guest = host.Guest(1);
        using var viewer = new PtyViewer(await guest.CreateAsync(host.Store, "one"));
        await host.StopStoreAsync();
        File.Delete(host.Socket);
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(host.Socket));
        listener.Listen();
        byte[] request = new byte[4096];
        var accepted = await listener.AcceptAsync();
        for (int i = 0; i < answers;)
        {
            if (await accepted.ReceiveAsync(request) is 0)
            {
                // Too slow for its patience, as a machine under load may be.
                accepted.Dispose();
                accepted = await listener.AcceptAsync();
                i = 0;
                continue;
            }
            await accepted.SendAsync((byte[])[.. request.AsSpan(0, 12), 3, 0, 0, 0, (byte)'O', (byte)'K', 0]);
            i++;
        }
        guest.Write("still served\n");
        viewer.ReadUntil("still served\n");
        host.Signal("HUP");
        host.Signal("TERM");
        await host.Daemon.Process.WaitForExitAsync(new CancellationTokenSource(60_000).Token);
        accepted.Dispose();
        listener.Close();
        File.Delete(host.Socket);
        await host.StartStoreAsync();
    }

    [Fact]
    public async Task SIGUSR1_logs_the_status()
    {
        await host.StartDaemonAsync();
        using var guest = host.Guest(1);
        await guest.CreateAsync(host.Store, "one");
        host.Signal("USR1");
        await host.SaysAsync("1 consoles");
    }

    [Fact]
    public void Lines_go_to_the_journal_with_fields_and_no_faster_than_they_may()
    {
        string path = "/tmp/xj" + Guid.NewGuid().ToString("N")[..8];
        using var journal = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        journal.Bind(new UnixDomainSocketEndPoint(path));
        using var to = new JournalSocket(path);
        var lines = new JournalLines(to, "pv0", new(7, 0, Guid.Parse("11111111-2222-3333-4444-555555555555")), linesASecond: 5);
        lines.Add(Encoding.UTF8.GetBytes("\x1b[1mhel"), "web", 1000);
        lines.Add(Encoding.UTF8.GetBytes("lo\r\n"), "web", 1000);
        byte[] bytes = new byte[4096];
        string entry = Encoding.UTF8.GetString(bytes, 0, journal.Receive(bytes));
        Assert.Equal("MESSAGE=.[1mhello\nPRIORITY=6\nSYSLOG_IDENTIFIER=xen-console\nXEN_CONSOLE=pv0\n"
            + "XEN_DOMAIN_ID=7\nXEN_DOMAIN_NAME=web\nXEN_DOMAIN_UUID=11111111-2222-3333-4444-555555555555\n", entry);
        journal.ReceiveBufferSize = 1 << 20;
        for (int i = 0; i < 50; i++)
            lines.Add("again\n"u8, "web", 1000);
        int taken = 0;
        for (; journal.Available > 0; taken++)
            journal.Receive(bytes);
        Assert.Equal(9, taken);
        lines.Add("later\n"u8, "web", 2000);
        Assert.Contains("XEN_LINES_LEFT_OUT=41\n", Encoding.UTF8.GetString(bytes, 0, journal.Receive(bytes)), StringComparison.Ordinal);
        lines.Add("panic: no line feed"u8, "web", 3000);
        lines.End("web"); // the guest is gone
        string last = Encoding.UTF8.GetString(bytes, 0, journal.Receive(bytes));
        Assert.StartsWith("MESSAGE=panic: no line feed\n", last, StringComparison.Ordinal);
        File.Delete(path);
    }

    string? LogFileOf(ushort domid) => host.Status(domid).GetProperty("log").GetString();

    // What the daemon has open.
    IEnumerable<string> Opened() => Directory.EnumerateFiles($"/proc/{host.Daemon.Id}/fd")
        .Select(file => int.Parse(Path.GetFileName(file), System.Globalization.CultureInfo.InvariantCulture))
        .Select(number => ProcessTable.Opened(host.Daemon.Id, number));

    void RaiseConsoleRing()
    {
        using var events = FileDescriptor.OpenReadWrite(Path.Combine(host.HypervisorFolder, "evtchn"));
        events.Write(BitConverter.GetBytes(0xFFFF0005));
    }
}
