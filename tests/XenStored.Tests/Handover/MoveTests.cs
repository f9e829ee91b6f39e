using System.Globalization;
using System.Net.Sockets;
using Xen.Protocol.Wire;
using XenStored.Tests.Support;
using XenStored.Tests.Wire;

namespace XenStored.Tests.Handover;

/// <summary>
/// A store moves to another keeper, as a service takes over what was started outside of it. Its clients stay connected.
/// </summary>
public sealed class MoveTests : SwapStage
{
    [Fact]
    public void Clients_and_guests_notice_nothing_and_the_old_keeper_ends()
    {
        StoreGuest.Prepare(Stage.HypervisorFolder, 3);
        var old = Start(Ours);
        Assert.Equal("OK", Ask(MessageType.Introduce, "3\01\05\0"));
        using var guest = new StoreGuest(Stage.HypervisorFolder, 3, port: 5);
        using var client = Connect();
        var many = Enumerable.Range(0, 600).Select(_ => Connect()).ToList(); // more than one message takes
        Assert.Equal("OK", StoreDaemon.Ask(client, MessageType.Watch, "/a\0token\0"));
        Assert.Equal("< /a token", Next(client));
        client.Send(SplitTests.Message(MessageType.Write, 7, "/half\0value").AsSpan(0, 20));
        Assert.Equal("OK", StoreDaemon.Ask(many[^1], MessageType.Mkdir, "/b\0"));

        var next = Move(old.Id);
        Wait.Until(() => old.Process.HasExited, Stage.Said);
        client.Send(SplitTests.Message(MessageType.Write, 7, "/half\0value").AsSpan(20));
        Assert.Equal("OK", Next(client));
        Assert.Equal("OK", StoreDaemon.Ask(many[^1], MessageType.Write, "/a\0value"));
        Assert.Equal("< /a token", Next(client));
        guest.Send(SplitTests.Message(MessageType.Read, 0, "/a\0"));
        guest.Receive(new byte[MessageHeader.Size]);
        Assert.Equal(0, old.Process.ExitCode);
        Assert.False(File.Exists(Stage.Socket + ".move"));
        Assert.All(many, one => Assert.Equal("value", StoreDaemon.Ask(one, MessageType.Read, "/half\0")));

        int pid = Pid();
        Programs.Signal(pid, "KILL"); // it has a keeper
        Wait.Until(() => Pid() != pid, Stage.Said);
        Assert.Equal("value", StoreDaemon.Ask(many[0], MessageType.Read, "/half\0"));
        Assert.False(next.Process.HasExited);
        many.ForEach(one => one.Dispose());
    }

    [Fact]
    public void The_store_stays_with_a_keeper_whose_sockets_nobody_takes()
    {
        var old = Start(Ours);
        using var client = Connect();
        Assert.Equal("OK", StoreDaemon.Ask(client, MessageType.Write, "/a\0value"));
        using var door = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        door.Bind(new UnixDomainSocketEndPoint(Stage.Socket + ".move"));
        door.Listen();
        old.Signal("USR2");
        using (var other = door.Accept())
            Assert.Equal(1, other.Receive(new byte[1])); // and then it ends
        door.Dispose();
        old.Says("the new keeper has not taken the store, which goes on here");
        Assert.Equal("value", StoreDaemon.Ask(client, MessageType.Read, "/a\0"));
        Assert.False(old.Process.HasExited);
    }

    [Fact]
    public void Without_an_old_keeper_a_store_starts_as_always_and_beside_one_that_does_not_move_it_does_not()
    {
        Stage.Environment["XENSTORED_TAKES"] = int.MaxValue.ToString(CultureInfo.InvariantCulture);
        var first = Start(Ours);
        first.Says("stays with the keeper");
        using var client = Connect();
        Assert.Equal("OK", StoreDaemon.Ask(client, MessageType.Write, "/a\0value"));
        var (status, _, errors) = Stage.RunProgram(Ours, "-N", "--pid-file", Stage.File("store.pid"));
        Assert.Equal(0, status);
        Assert.Contains("another one runs and holds", errors, StringComparison.Ordinal);
        Assert.Equal("value", StoreDaemon.Ask(client, MessageType.Read, "/a\0"));
    }

    [Fact]
    public void A_state_with_which_the_new_program_cannot_go_on_does_not_move()
    {
        var old = Start(Ours);
        using var client = Connect();
        Assert.Equal("OK", StoreDaemon.Ask(client, MessageType.Write, "/a\0value"));
        using var state = File.Open(Stage.Socket + ".store", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        int first = state.ReadByte();
        Put(state, 'y');
        Stage.Environment["XENSTORED_TAKES"] = old.Id.ToString(CultureInfo.InvariantCulture);
        var (status, _, errors) = Stage.RunProgram(Ours, "-N", "--pid-file", Stage.File("store.pid"));
        Put(state, (char)first);
        Assert.Equal(0, status); // another one runs
        Assert.Contains("stays with the keeper", errors, StringComparison.Ordinal);
        Assert.Equal("value", StoreDaemon.Ask(client, MessageType.Read, "/a\0"));
        Assert.False(old.Process.HasExited);
    }

    static void Put(FileStream state, char first)
    {
        state.Position = 0;
        state.WriteByte((byte)first);
        state.Flush();
    }

    DaemonProcess Move(int keeper)
    {
        Stage.Environment["XENSTORED_TAKES"] = keeper.ToString(CultureInfo.InvariantCulture);
        return Start(Ours);
    }
}
