using System.Net.Sockets;
using System.Text;
using Xen.Hosting;
using Xen.Linux.Processes;
using Xen.Protocol.Wire;
using XenStored.Tests.Support;

namespace XenStored.Tests.Deaths;

/// <summary>
/// What a keeper does: a store that dies or stands still is followed by another one, and its clients on the socket notice nothing. How that
/// is at each instant, <see cref="Kills.KillTests"/> plays.
/// </summary>
public sealed class KeptClientTests : IDisposable
{
    readonly DaemonStage stage = new();
    readonly DaemonProcess keeper;

    public KeptClientTests()
    {
        stage.Environment["XENSTORED_KEEP"] = "1";
        stage.Environment["WATCHDOG_USEC"] = "15000000"; // for so long it may stand still
        keeper = stage.StartStore($"simulated:{Directory.CreateDirectory(stage.HypervisorFolder).FullName}");
    }

    public void Dispose()
    {
        keeper.Ends("TERM");
        stage.Dispose();
    }

    [Fact]
    public void A_store_that_stands_still_is_killed_and_goes_on()
    {
        using var client = Connect();
        Assert.Equal("OK", StoreDaemon.Ask(client, MessageType.Write, "/a\0value"));
        int pid = Pid();
        Assert.True(ProcessTable.TryStop(pid));
        Assert.Equal("value", StoreDaemon.Ask(client, MessageType.Read, "/a\0"));
        Assert.NotEqual(pid, Pid());
        keeper.Says($"it has stood still for too long and is killed: process {pid}");
    }

    [Fact]
    public void A_store_that_stands_still_is_ended_with_its_keeper()
    {
        Assert.True(ProcessTable.TryStop(Pid()));
        Assert.Equal(0, keeper.Ends("TERM")); // else a stop of the service would wait for ever
    }

    // Found by a test that stopped it a moment before it served: its keeper waited for it for ever.
    [Fact]
    public void A_store_that_stands_still_in_its_start_is_ended_with_its_keeper()
    {
        Fifo.Make(stage.File("state"));
        using var other = new DaemonStage();
        foreach (var (name, value) in stage.Environment)
            other.Environment.TryAdd(name, value);
        var starting = other.StartDaemon("xenstored", "-N", "--pid-file", other.File("store.pid"), "--hypervisor", "none",
            "--import", stage.File("state")); // in which nobody writes
        string children = $"/proc/{starting.Id}/task/{starting.Id}/children";
        int store = 0;
        Wait.Until(() => int.TryParse(File.ReadAllText(children).Trim(), out store), () => $"no store\n{other.Said}");
        Assert.True(ProcessTable.TryStop(store));
        Assert.Equal(0, starting.Ends("TERM"));
    }

    [Fact]
    public void A_state_with_which_the_store_has_crashed_three_times_is_set_aside()
    {
        using (var client = Connect())
            Assert.Equal("OK", StoreDaemon.Ask(client, MessageType.Write, "/a\0value"));
        for (int crash = 1; crash <= 3; crash++)
        {
            int pid = Pid();
            Programs.Signal(pid, "ABRT");
            Wait.Until(() => Pid() != pid, () => $"no other store\n{stage.Said}");
            using var client = Connect();
            Assert.Equal(crash < 3 ? "value" : "ENOENT", StoreDaemon.Ask(client, MessageType.Read, "/a\0"));
        }
        keeper.Says("ended by a fault of its own 3 times within a minute");
        using (var client = Connect())
            Assert.Equal("OK", StoreDaemon.Ask(client, MessageType.Write, "/b\0value"));
        Kill(); // is no fault, and those before were not of this state
        using (var client = Connect())
            Assert.Equal("value", StoreDaemon.Ask(client, MessageType.Read, "/b\0"));
        Assert.Single(Directory.GetFiles(stage.Folder, "*.aside-*"));
    }

    [Fact]
    public void The_keeper_becomes_the_installed_version_and_clients_notice_nothing()
    {
        using var client = Connect();
        Assert.Equal("OK", StoreDaemon.Ask(client, MessageType.Watch, "/a\0token\0"));
        Assert.Equal(MessageType.WatchEvent, Next(client).Type);
        for (int update = 0; update < 3; update++)
        {
            int pid = Pid();
            keeper.Signal("USR2");
            Wait.Until(() => Pid() != pid, () => $"no other store\n{stage.Said}");
            Assert.Equal("OK", StoreDaemon.Ask(client, MessageType.Write, "/b\0value"));
        }
        using var other = Connect();
        Assert.Equal("OK", StoreDaemon.Ask(other, MessageType.Write, "/a\0value"));
        Assert.Equal((MessageType.WatchEvent, 0u, "/a token"), Next(client));
        Assert.False(keeper.Process.HasExited);
    }

    // Found by the kills: the second signal ended the keeper.
    [Fact]
    public void Several_updates_that_are_asked_for_at_once_end_nobody()
    {
        using var client = Connect();
        int pid = Pid();
        for (int update = 0; update < 10; update++)
            keeper.Signal("USR2");
        Wait.Until(() => Pid() != pid || keeper.Process.HasExited, () => $"no other store\n{stage.Said}");
        keeper.Signal("USR2");
        Assert.Equal("OK", StoreDaemon.Ask(client, MessageType.Write, "/b\0value"));
        Assert.False(keeper.Process.HasExited);
    }

    [Fact]
    public void The_version_that_runs_stays_if_the_installed_one_cannot_read_its_state()
    {
        using var client = Connect();
        Assert.Equal("OK", StoreDaemon.Ask(client, MessageType.Write, "/a\0value"));
        int pid = Pid();
        using (var state = new FileStream(stage.Socket + ".store", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite))
        {
            int first = state.ReadByte();
            state.Position = 0;
            state.WriteByte((byte)'y');
            state.Flush();
            keeper.Signal("USR2");
            keeper.Says("the version that runs stays");
            state.Position = 0;
            state.WriteByte((byte)first);
        }
        Assert.Equal("value", StoreDaemon.Ask(client, MessageType.Read, "/a\0"));
        Assert.Equal(pid, Pid());
        Assert.Contains("it is not a store of this version", stage.Said, StringComparison.Ordinal);
    }

    // The kernel tells nobody how a child has ended whose parent ignores SIGCHLD, and that is inherited.
    [Fact]
    public void A_keeper_that_was_started_without_SIGCHLD_starts_its_store_again()
    {
        using var other = new DaemonStage();
        other.Environment["XENSTORED_KEEP"] = "1";
        using var started = new DaemonProcess(other.Describe("/usr/bin/env",
            "--ignore-signal=CHLD", Checkout.Program("xenstored"), "-N", "--pid-file", other.File("pid"), "--hypervisor", "none"));
        started.ServesOrEnds(other.Socket);
        int pid = PidFile.Read(other.File("pid"))!.Value;
        Programs.Signal(pid, "KILL");
        Wait.Until(() => PidFile.Read(other.File("pid")) is { } now && now != pid, () => started.Said);
        Assert.Equal(0, started.Ends("TERM"));
    }

    // As a package's upgrade replaces it: the program that runs has no name any more.
    [Fact]
    public void A_reload_takes_the_file_that_has_replaced_the_program()
    {
        using var other = new DaemonStage();
        other.Environment["XENSTORED_KEEP"] = "1";
        string program = other.File("xenstored");
        File.Copy(Checkout.Program("xenstored"), program);
        using var upgraded = new DaemonProcess(other.Describe(program, "-N", "--pid-file", other.File("pid"), "--hypervisor", "none"));
        upgraded.ServesOrEnds(other.Socket);
        Assert.Equal(program, ProcessTable.Program(upgraded.Id));
        File.Copy(Checkout.Program("xenstored"), program + ".new");
        File.Move(program + ".new", program, overwrite: true);
        Assert.Equal(program + " (deleted)", ProcessTable.Program(upgraded.Id));
        upgraded.Signal("USR2");
        Wait.Until(() => ProcessTable.Program(upgraded.Id) == program, () => upgraded.Said);
        upgraded.ServesOrEnds(other.Socket);
        upgraded.Ends("TERM");
    }

    [Fact]
    public void A_store_that_ends_by_a_signal_to_it_ends_its_keeper_too()
    {
        Programs.Signal(Pid(), "TERM");
        Assert.True(keeper.Process.WaitForExit(Wait.LimitMs));
        Assert.Equal(0, keeper.Process.ExitCode);
    }

    // It was started again if it had no handler for the signal yet.
    [Fact]
    public void A_store_that_is_told_to_end_while_it_starts_ends_its_keeper_too()
    {
        using var other = new DaemonStage();
        other.Environment["XENSTORED_KEEP"] = "1";
        for (int wait = 0; wait < 60; wait += 4)
        {
            using var starting = new DaemonProcess(
                other.Describe("xenstored", "-N", "--pid-file", other.File("pid"), "--hypervisor", "none"));
            string children = $"/proc/{starting.Id}/task/{starting.Id}/children";
            string child = "";
            Wait.Until(() => (child = File.ReadAllText(children).Trim()).Length > 0, "it starts no store");
            Thread.Sleep(wait);
            Programs.Signal(int.Parse(child, System.Globalization.CultureInfo.InvariantCulture), "TERM");
            Assert.True(starting.Process.WaitForExit(Wait.LimitMs), starting.Said);
        }
    }

    // While a new process writes it, the file is empty.
    int Pid()
    {
        int pid = 0;
        Wait.Until(() => (pid = PidFile.Read(stage.File("store.pid")) ?? 0) > 0, () => $"no pid\n{stage.Said}");
        return pid;
    }

    void Kill()
    {
        int pid = Pid();
        Programs.Signal(pid, "KILL");
        Wait.Until(() => Pid() != pid, () => $"no store after {pid}\n{stage.Said}");
    }

    Socket Connect()
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { ReceiveTimeout = Wait.LimitMs };
        socket.Connect(new UnixDomainSocketEndPoint(stage.Socket));
        return socket;
    }

    static (MessageType Type, uint Number, string Text) Next(Socket socket)
    {
        var header = MessageHeader.Read(Receive(socket, MessageHeader.Size));
        string text = Encoding.Latin1.GetString(Receive(socket, (int)header.Length)).TrimEnd('\0').Replace('\0', ' ');
        return (header.Type == MessageType.Error ? MessageType.Error : header.Type, header.RequestId, text);
    }

    static byte[] Receive(Socket socket, int length)
    {
        byte[] bytes = new byte[length];
        for (int have = 0; have < length;)
            have += socket.Receive(bytes.AsSpan(have)) is > 0 and var got ? got : throw new IOException("closed");
        return bytes;
    }
}
