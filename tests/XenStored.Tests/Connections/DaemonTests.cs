using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using Xen.Protocol.Wire;
using XenStored.Tests.Support;
using XenStored.Tests.Wire;

namespace XenStored.Tests.Connections;

/// <summary>The daemon as administrators meet it: how it starts, what it says, what it bears.</summary>
public sealed class DaemonTests : IDisposable
{
    readonly TempFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("--nonsense", "unknown option --nonsense")]
    [InlineData("stray", "unexpected argument stray")]
    [InlineData("-E", "-E needs a value")]
    [InlineData("-Eten", "-E ten: a number from 0")]
    [InlineData("--quota=colour=3", "there is no quota colour")]
    [InlineData("--quota=nodes", "WHAT=NUMBER is needed")]
    [InlineData("--trace-control=+everything", "WHAT being obj")]
    [InlineData("--hypervisor=vmware", "xen, none or simulated:FOLDER")]
    public void Wrong_usage_is_one_sentence_and_status_2(string option, string sentence)
    {
        var (status, output, errors) = StoreDaemon.Run(folder, option);
        Assert.Equal(2, status);
        Assert.Equal("", output);
        Assert.Contains(sentence, errors, StringComparison.Ordinal);
        Assert.Equal(1, errors.Count(character => character == '\n'));
    }

    [Fact]
    public void Every_option_of_the_C_daemon_is_taken()
    {
        using var daemon = new StoreDaemon(folder, "-D", "-R", "-V", "-Ioff", "-K", "-E", "2000", "-S4096", "--watch-nb=200", "-t", "20",
            "-A", "7", "-M", "1024", "-Q", "memory=3000000", "-q", "memory=2000000", "-w", "watch-event=5",
            "--trace-control=+acc", "--trace-control", "-obj", "--event", "0", "--master-domid", "0", "--priv-domid", "0");
        using var client = daemon.Connect();
        Assert.Equal("2000", StoreDaemon.Ask(client, MessageType.GetQuota, "nodes\0"));
        Assert.Equal("4096", StoreDaemon.Ask(client, MessageType.GetQuota, "node-size\0"));
        Assert.Equal("2000000", StoreDaemon.Ask(client, MessageType.GetQuota, "soft-memory\0"));
        Assert.Equal("7", StoreDaemon.Ask(client, MessageType.GetQuota, "permissions\0"));
    }

    [Fact]
    public void Help_and_version_end_with_0()
    {
        Assert.Equal(0, StoreDaemon.Run(folder, "--version").Status);
        var (status, output, _) = StoreDaemon.Run(folder, "--help");
        Assert.Equal(0, status);
        string[] options = ["--pid-file", "--no-fork", "--keep-orphans", "--trace-file", "--quota-soft", "--hypervisor", "--socket-queue"];
        foreach (string option in options)
            Assert.Contains(option, output, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_Xen_it_says_so_in_one_sentence()
    {
        var (status, _, errors) = StoreDaemon.Run(folder, "--hypervisor", "xen");
        Assert.Equal(1, status);
        Assert.Contains("open /dev/xen/privcmd: No such file or directory: is this a Xen dom0?", errors, StringComparison.Ordinal);
        Assert.Equal(1, errors.Count(character => character == '\n'));
    }

    [Fact]
    public void The_executable_needs_no_OpenSSL()
    {
        byte[] executable = File.ReadAllBytes(Checkout.Program("xenstored"));
        Assert.Equal(-1, executable.AsSpan().IndexOf("libssl"u8)); // what the runtime's cryptography loads
    }

    [Fact]
    public void Once_it_answers_it_can_run_no_other_program()
    {
        using var daemon = new StoreDaemon(folder);
        using var client = daemon.Connect();
        StoreDaemon.Ask(client, MessageType.Read, "/tool\0");
        foreach (string thread in Directory.EnumerateDirectories($"/proc/{daemon.Process.Id}/task"))
        {
            string status = File.ReadAllText(thread + "/status");
            Assert.Contains("NoNewPrivs:\t1", status, StringComparison.Ordinal);
            Assert.Contains("Seccomp:\t2", status, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_second_daemon_does_not_take_the_socket()
    {
        using var first = new StoreDaemon(folder);
        using var other = new TempFolder();
        var (status, _, errors) = StoreDaemon.Run(folder, "--pid-file", other.File("pid"));
        Assert.Equal(1, status);
        Assert.Contains("another xenstored serves", errors, StringComparison.Ordinal);
        using var client = first.Connect();
        Assert.Equal("", StoreDaemon.Ask(client, MessageType.Read, "/tool\0"));
    }

    [Fact]
    public void A_second_daemon_with_the_same_pid_file_ends_with_0_as_the_C_daemon_does()
    {
        using var first = new StoreDaemon(folder);
        Assert.Equal(0, StoreDaemon.Run(folder).Status);
        using var client = first.Connect();
        Assert.Equal("", StoreDaemon.Ask(client, MessageType.Read, "/tool\0"));
    }

    [Fact]
    public void A_dead_daemons_socket_and_pid_file_are_no_obstacle()
    {
        using (new StoreDaemon(folder)) { } // killed
        using var again = new StoreDaemon(folder);
        using var client = again.Connect();
        Assert.Equal("", StoreDaemon.Ask(client, MessageType.Read, "/tool\0"));
        Assert.Equal($"{again.Process.Id}\n", File.ReadAllText(folder.File("pid")));
    }

    [Fact]
    public void A_folder_that_cannot_be_made_is_named_and_status_1()
    {
        var (status, _, errors) = Programs.Run(Describe(["-N"], ("XENSTORED_PATH", "/proc/nowhere/socket")));
        Assert.Equal(1, status);
        Assert.Contains("/proc/nowhere", errors, StringComparison.Ordinal);
    }

    [Fact]
    public void In_the_background_the_command_returns_when_the_daemon_answers()
    {
        Assert.Equal(0, Programs.Run(Describe([])).Status);
        string pid = File.ReadAllText(folder.File("pid"));
        using var daemon = Process.GetProcessById(int.Parse(pid, System.Globalization.CultureInfo.InvariantCulture));
        using var client = StoreDaemon.Connect(folder);
        Assert.Equal("", StoreDaemon.Ask(client, MessageType.Read, "/tool\0"));
        Programs.Signal(daemon.Id, "TERM"); // a killed one would be started again by its keeper
        daemon.WaitForExit();
    }

    [Fact]
    public void Ready_is_told_to_systemd_only_when_requests_are_answered()
    {
        using var notify = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = 60_000 };
        notify.Bind(new UnixDomainSocketEndPoint(folder.File("notify")));
        using var process = new DaemonProcess(Describe(["-N"], ("NOTIFY_SOCKET", folder.File("notify"))));
        byte[] told = new byte[100];
        Assert.Equal("READY=1", Encoding.ASCII.GetString(told, 0, notify.Receive(told)));
        using var client = StoreDaemon.Connect(folder);
        Assert.Equal("", StoreDaemon.Ask(client, MessageType.Read, "/tool\0"));
    }

    [Fact]
    public void SIGTERM_ends_it_cleanly_and_SIGHUP_and_SIGUSR1_do_not()
    {
        using var daemon = new StoreDaemon(folder, "-T", folder.File("trace"));
        using var client = daemon.Connect();
        StoreDaemon.Ask(client, MessageType.Read, "/tool\0");
        File.Move(folder.File("trace"), folder.File("trace.1"));
        daemon.Signal("HUP");
        Until(() => File.Exists(folder.File("trace")), "it is not opened anew"); // signals are not handled in the order of their coming
        daemon.Signal("USR1");
        daemon.Says("requests");
        Assert.Equal("", StoreDaemon.Ask(client, MessageType.Read, "/tool\0"));
        Assert.Contains("READ (/tool )", File.ReadAllText(folder.File("trace")), StringComparison.Ordinal);
        Assert.Contains("READ (/tool )", File.ReadAllText(folder.File("trace.1")), StringComparison.Ordinal);
        Assert.Equal(0, daemon.Ends("TERM"));
        Assert.False(File.Exists(folder.File("pid")));
        Assert.False(File.Exists(folder.File("socket")));
    }

    [Fact]
    public void Started_by_who_ignored_them_it_obeys_SIGHUP_and_SIGUSR1_all_the_same()
    {
        string[] nohup = ["sh", "-c", "trap '' HUP USR1; exec \"$0\" \"$@\"", Checkout.Program("xenstored")];
        using var daemon = new StoreDaemon(folder, nohup, ["-T", folder.File("trace")]);
        using var client = StoreDaemon.Connect(folder);
        StoreDaemon.Ask(client, MessageType.Read, "/tool\0");
        File.Move(folder.File("trace"), folder.File("trace.1"));
        daemon.Signal("HUP");
        Until(() => File.Exists(folder.File("trace")), "it is not opened anew");
        daemon.Signal("USR1");
        daemon.Says("requests");
    }

    [Fact]
    public void A_full_disk_ends_the_trace_and_nothing_else()
    {
        using var daemon = new StoreDaemon(folder, "-T", "/dev/full");
        using var client = daemon.Connect();
        Assert.Equal("OK", StoreDaemon.Ask(client, MessageType.Write, "/a\01"));
        daemon.Says("the trace file /dev/full cannot be written");
        Assert.Equal("1", StoreDaemon.Ask(client, MessageType.Read, "/a\0"));
    }

    [Fact]
    public void A_log_that_nobody_reads_stalls_nothing()
    {
        using var process = Process.Start(Describe(["-N"]))!; // its standard error is a pipe that this test leaves full
        Until(() => DaemonProcess.Answers(folder.File("socket")), "it does not listen");
        using var client = StoreDaemon.Connect(folder);
        for (int i = 0; i < 100; i++)
            Assert.Equal("OK", StoreDaemon.Ask(client, MessageType.Control, $"print\0{new string('x', 3000)}\0"));
        process.Kill();
        process.WaitForExit();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_is_no_socket_at_the_sockets_path_is_left_alone(bool isFolder)
    {
        if (isFolder)
            Directory.CreateDirectory(folder.File("socket"));
        else
            File.WriteAllText(folder.File("socket"), "precious");
        var (status, _, errors) = StoreDaemon.Run(folder);
        Assert.Equal(1, status);
        Assert.Contains("left alone", errors, StringComparison.Ordinal);
        Assert.Equal(1, errors.Count(character => character == '\n'));
        Assert.True(isFolder || File.ReadAllText(folder.File("socket")) == "precious");
    }

    [Fact]
    public void Reconnecting_brings_no_fresh_budget_of_log_lines()
    {
        using var daemon = new StoreDaemon(folder);
        byte[] oversize = new byte[MessageHeader.Size];
        new MessageHeader(MessageType.Read, 1, 0, 5000).Write(oversize);
        for (int i = 0; i < 40; i++)
        {
            using var client = daemon.Connect();
            client.Send(oversize);
            Assert.Equal(0, client.Receive(new byte[1]));
        }
        daemon.Says("it sent a message longer");
        Assert.InRange(daemon.Said.Split("it sent a message longer").Length - 1, 1, 20);
    }

    [Fact]
    public void The_trace_is_switched_as_told()
    {
        using var daemon = new StoreDaemon(folder, "-T", "trace", "--log-dir", folder.File("logs"));
        using var client = daemon.Connect();
        string Trace() => File.ReadAllText(folder.File("logs/trace"));
        StoreDaemon.Ask(client, MessageType.Watch, "/seen\0t\0");
        Assert.Contains("obj: CREATE watch 0x", Trace(), StringComparison.Ordinal);
        Assert.Equal("OK", StoreDaemon.Ask(client, MessageType.Control, "log\0off\0"));
        daemon.Signal("HUP");
        Thread.Sleep(200);
        StoreDaemon.Ask(client, MessageType.Read, "/unseen\0");
        Assert.DoesNotContain("/unseen", Trace(), StringComparison.Ordinal);
        Assert.Equal("EINVAL", StoreDaemon.Ask(client, MessageType.Control, "logfile\0\0"));
        Assert.Equal("OK", StoreDaemon.Ask(client, MessageType.Control, "log\0on\0"));
        StoreDaemon.Ask(client, MessageType.Read, "/again\0");
        Assert.Contains("READ (/again )", Trace(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_client_that_does_not_read_is_closed_and_named_and_others_do_not_notice()
    {
        using var daemon = new StoreDaemon(folder, "--socket-queue", "100000");
        using var deaf = daemon.Connect();
        using var writer = daemon.Connect();
        deaf.Send(SplitTests.Message(MessageType.Watch, 1, "/\0token\0"));
        for (int i = 0; i < 20_000; i++)
            Assert.Equal("OK", StoreDaemon.Ask(writer, MessageType.Write, $"/n{i}\0value"));
        daemon.Says("it does not read");
        daemon.Says($"(pid {Environment.ProcessId}, ");
    }

    [Fact]
    public void A_client_may_connect_ten_thousand_times()
    {
        using var daemon = new StoreDaemon(folder);
        for (int i = 0; i < 10_000; i++)
            daemon.Connect().Dispose();
        using var client = daemon.Connect();
        Assert.Equal("", StoreDaemon.Ask(client, MessageType.Read, "/tool\0"));
    }

    [Fact]
    public void Beyond_the_limit_of_connections_the_next_is_refused_and_logged_once()
    {
        using var daemon = new StoreDaemon(folder, "--socket-connections", "10");
        var clients = new List<Socket> { daemon.Connect() };
        StoreDaemon.Ask(clients[0], MessageType.Read, "/tool\0"); // by now those who only looked whether it serves are gone
        clients.AddRange(Enumerable.Range(0, 9).Select(_ => daemon.Connect()));
        foreach (var client in clients)
            Assert.Equal("", StoreDaemon.Ask(client, MessageType.Read, "/tool\0"));
        for (int i = 0; i < 100; i++)
        {
            using var refused = daemon.Connect();
            Assert.Equal(0, refused.Receive(new byte[1]));
        }
        daemon.Says("the limit is 10");
        Assert.InRange(daemon.Said.Split("no more clients").Length - 1, 1, 50);
        clients.ForEach(client => client.Dispose());
    }

    [Fact]
    public void Without_descriptors_it_turns_clients_away_and_serves_the_next_when_it_has_some_again()
    {
        using var daemon = new StoreDaemon(folder, ["sh", "-c", "ulimit -n 200; exec \"$0\" \"$@\"", Checkout.Program("xenstored")], []);
        var clients = Enumerable.Range(0, 300).Select(_ => daemon.Connect()).ToList();
        daemon.Says("no more clients can be accepted: Too many open files");
        Assert.Equal(0, clients[^1].Receive(new byte[1]));
        foreach (var client in clients[1..])
            client.Dispose();
        Assert.Equal("", StoreDaemon.Ask(clients[0], MessageType.Read, "/tool\0")); // by now it has seen that the others are gone
        using var late = daemon.Connect();
        Assert.Equal("", StoreDaemon.Ask(late, MessageType.Read, "/tool\0"));
        clients[0].Dispose();
    }

    [Fact]
    public void At_the_ceiling_of_its_memory_a_write_is_refused_and_reading_goes_on()
    {
        using var daemon = new StoreDaemon(folder, "--store-size", "4");
        using var client = daemon.Connect();
        string value = new('v', 4000);
        string answer = "OK";
        for (int i = 0; i < 2000 && answer == "OK"; i++)
            answer = StoreDaemon.Ask(client, MessageType.Write, $"/n{i}\0{value}");
        Assert.Equal("ENOMEM", answer);
        daemon.Says("the store's memory cannot grow (No space left on device)");
        Assert.Equal(value, StoreDaemon.Ask(client, MessageType.Read, "/n0\0"));
        Assert.Equal("OK", StoreDaemon.Ask(client, MessageType.Rm, "/n0\0"));
        Assert.Equal("OK", StoreDaemon.Ask(client, MessageType.Control, "check\0"));
    }

    [Fact]
    public void Paths_two_thousand_levels_deep_are_made_listed_and_removed()
    {
        using var daemon = new StoreDaemon(folder);
        using var client = daemon.Connect();
        string deep = string.Concat(Enumerable.Repeat("/d", 2000));
        Assert.Equal("OK", StoreDaemon.Ask(client, MessageType.Write, $"{deep}\0bottom"));
        Assert.Equal("bottom", StoreDaemon.Ask(client, MessageType.Read, $"{deep}\0"));
        Assert.Equal("OK", StoreDaemon.Ask(client, MessageType.Watch, "/d/d\0t\0"));
        Assert.Equal("OK", StoreDaemon.Ask(client, MessageType.Rm, "/d\0"));
        Assert.Equal("OK", StoreDaemon.Ask(client, MessageType.Control, "check\0"));
    }

    // A start with other options and variables than Daemon's.
    ProcessStartInfo Describe(string[] options, params (string Name, string Value)[] environment)
    {
        string[] words = [.. options, "--pid-file", folder.File("pid"), "--hypervisor", "none"];
        var start = Programs.Describe(Checkout.Program("xenstored"), words, [new("XENSTORED_PATH", folder.File("socket"))]);
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return start;
    }
}
