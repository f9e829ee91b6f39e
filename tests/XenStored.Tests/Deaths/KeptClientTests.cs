using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Xen.Hosting;
using Xen.Protocol.Wire;
using XenStored.Tests.Support;
using XenStored.Tests.Wire;

namespace XenStored.Tests.Deaths;

/// <summary>
/// Clients on the socket use the store without a pause while it is killed again and again beneath its keeper. Each knows every byte that it
/// has to get. Transactions may end in EAGAIN; nothing else may be seen.
/// </summary>
public sealed class KeptClientTests : IDisposable
{
    readonly DaemonStage stage = new();
    readonly DaemonProcess keeper;
    readonly int seed = Environment.GetEnvironmentVariable("KILL_SEED") is { } text
        ? int.Parse(text, CultureInfo.InvariantCulture)
        : Random.Shared.Next();
    readonly int kills = Environment.GetEnvironmentVariable("KILLS") is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : 60;
    bool isOver;

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
    public async Task Killed_sixty_times_clients_on_the_socket_notice_nothing()
    {
        using var control = Connect();
        Assert.Equal("OK", StoreDaemon.Ask(control, MessageType.Write, "/constant\0value"));
        Assert.Equal("OK", StoreDaemon.Ask(control, MessageType.Write, "/sum\00"));
        Func<int>[] players =
        [
            () => Talk(0, 1), () => Talk(1, 1), () => Talk(2, 8), () => Talk(3, 40), Flood, Come, Add, Add, Hear,
        ];
        var playing = players.Select(player => Task.Factory.StartNew(player, TaskCreationOptions.LongRunning)).ToArray();
        var random = new Random(seed);
        for (int kill = 0; kill < kills && !playing.Any(player => player.IsCompleted); kill++)
        {
            await Task.Delay(random.Next(kill % 3 == 0 ? 20 : 120)); // it may not have begun to serve, or have served for a while
            Kill();
        }
        Volatile.Write(ref isOver, true);
        int[] counts;
        try
        {
            await Task.WhenAll(playing[..^1]);
            StoreDaemon.Ask(control, MessageType.Write, "/over\0"); // for the one that only hears
            counts = await Task.WhenAll(playing);
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"seed {seed}\n{stage.Said}", e);
        }
        Assert.All(counts, count => Assert.True(count > 5, $"{string.Join(' ', counts)} requests, seed {seed}"));
        Assert.Equal($"{counts[6] + counts[7]}", StoreDaemon.Ask(control, MessageType.Read, "/sum\0"));
        Assert.DoesNotContain("begins anew", stage.Said, StringComparison.Ordinal);
    }

    [Fact]
    public void A_store_that_stands_still_is_killed_and_goes_on()
    {
        using var client = Connect();
        Assert.Equal("OK", StoreDaemon.Ask(client, MessageType.Write, "/a\0value"));
        int pid = Pid();
        Programs.Signal(pid, "STOP");
        Assert.Equal("value", StoreDaemon.Ask(client, MessageType.Read, "/a\0"));
        Assert.NotEqual(pid, Pid());
        keeper.Says($"it has stood still for too long and is killed: process {pid}");
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

    [Fact]
    public void A_store_that_ends_by_a_signal_to_it_ends_its_keeper_too()
    {
        Programs.Signal(Pid(), "TERM");
        Assert.True(keeper.Process.WaitForExit(Wait.LimitMs));
        Assert.Equal(0, keeper.Process.ExitCode);
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

    // Writes and reads back, several requests at once. Each write fires its own watch.
    int Talk(int client, int atOnce)
    {
        using var socket = Connect();
        var random = new Random(seed + client);
        uint number = 0;
        socket.Send(SplitTests.Message(MessageType.Watch, ++number, $"/c{client}\0token\0"));
        Expect(socket, MessageType.Watch, number, "OK");
        Expect(socket, MessageType.WatchEvent, 0, $"/c{client} token");
        while (!Volatile.Read(ref isOver))
        {
            var expected = new List<(MessageType Type, uint Number, string Text)>();
            for (int i = 0; i < atOnce; i++)
            {
                string name = $"/c{client}/{i}", value = $"{number}" + new string('v', random.Next(1800));
                socket.Send(SplitTests.Message(MessageType.Write, ++number, $"{name}\0{value}"));
                expected.Add((MessageType.WatchEvent, 0, $"{name} token"));
                expected.Add((MessageType.Write, number, "OK"));
                socket.Send(SplitTests.Message(MessageType.Read, ++number, $"{name}\0"));
                expected.Add((MessageType.Read, number, value));
            }
            foreach (var (type, answered, text) in expected)
                Expect(socket, type, answered, text);
        }
        return (int)number;
    }

    // Found by a review: what waited of many small requests fitted into no record.
    int Flood()
    {
        using var socket = Connect();
        byte[] all = [.. Enumerable.Range(0, 1000).SelectMany(i => SplitTests.Message(MessageType.Read, (uint)i, "/constant\0"))];
        int count = 0;
        for (; !Volatile.Read(ref isOver); count++)
        {
            var sending = Task.Run(() => socket.Send(all));
            for (uint i = 0; i < 1000; i++)
                Expect(socket, MessageType.Read, i, "value");
            sending.Wait();
        }
        return count;
    }

    // A client for each request.
    int Come()
    {
        int count = 0;
        for (; !Volatile.Read(ref isOver); count++)
        {
            using var socket = Connect();
            socket.Send(SplitTests.Message(MessageType.Read, (uint)count, "/constant\0"));
            Expect(socket, MessageType.Read, (uint)count, "value");
        }
        return count;
    }

    // Adds one in a transaction, again and again until it is committed.
    int Add()
    {
        using var socket = Connect();
        int count = 0;
        while (!Volatile.Read(ref isOver))
            count += TryAdd(socket) ? 1 : 0;
        return count;
    }

    static bool TryAdd(Socket socket)
    {
        socket.Send(SplitTests.Message(MessageType.TransactionStart, 1, "\0"));
        uint id = uint.Parse(Next(socket).Text, CultureInfo.InvariantCulture);
        socket.Send(SplitTests.Message(MessageType.Read, 2, "/sum\0", id));
        int sum = int.Parse(Next(socket).Text, CultureInfo.InvariantCulture);
        socket.Send(SplitTests.Message(MessageType.Write, 3, $"/sum\0{sum + 1}", id));
        Expect(socket, MessageType.Write, 3, "OK");
        socket.Send(SplitTests.Message(MessageType.TransactionEnd, 4, "T\0", id));
        string ended = Next(socket).Text;
        Assert.True(ended is "OK" or "EAGAIN", ended);
        return ended == "OK";
    }

    // Hears each change of the sum that another client makes, in order.
    int Hear()
    {
        using var socket = Connect();
        Assert.Equal("OK", StoreDaemon.Ask(socket, MessageType.Watch, "/sum\0sum\0"));
        Assert.Equal("OK", StoreDaemon.Ask(socket, MessageType.Watch, "/over\0over\0"));
        int count = 0;
        while (!Volatile.Read(ref isOver))
        {
            var (type, _, text) = Next(socket);
            Assert.Equal(MessageType.WatchEvent, type);
            Assert.True(text is "/sum sum" or "/over over", text);
            count++;
        }
        return count;
    }

    static void Expect(Socket socket, MessageType type, uint number, string text) => Assert.Equal((type, number, text), Next(socket));

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
