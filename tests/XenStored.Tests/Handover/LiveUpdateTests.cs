using Xen.Linux.Processes;
using Xen.Protocol.Wire;
using XenStored.Tests.Support;

namespace XenStored.Tests.Handover;

/// <summary>xenstore-control live-update: the store becomes another program of ours, or stays and says why.</summary>
public sealed class LiveUpdateTests : SwapStage
{
    [Fact]
    public void Clients_and_open_transactions_go_on_over_an_update_to_another_program_of_ours()
    {
        var store = Start(Ours);
        using var watcher = Connect();
        Assert.Equal("OK", StoreDaemon.Ask(watcher, MessageType.Watch, "/a\0token\0"));
        Assert.Equal("< /a token", Next(watcher));
        string transaction = Begin(watcher);
        Assert.Equal("OK", In(watcher, transaction, MessageType.Write, "/b\0value"));
        for (int update = 0; update < 3; update++)
        {
            int pid = Pid();
            Assert.Equal("OK", Update(Ours));
            Assert.NotEqual(pid, Pid());
        }
        Assert.Equal("OK", In(watcher, transaction, MessageType.Write, "/c\0value"));
        Assert.Equal("OK", In(watcher, transaction, MessageType.TransactionEnd, "T\0"));
        Assert.Equal("OK", Ask(MessageType.Write, "/a\0value"));
        Assert.Equal("< /a token", Next(watcher));
        Assert.False(store.Process.HasExited);
    }

    // One in the background goes on without its keeper. It took the update, and never answered.
    [Fact]
    public void A_store_that_has_outlived_its_keeper_says_that_there_is_none()
    {
        Assert.Equal(0, Stage.RunProgram(Ours, "--pid-file", Stage.File("store.pid")).Status);
        int pid = Pid(), keeper = ProcessTable.Parent(pid);
        Programs.Signal(keeper, "KILL");
        Wait.Until(() => ProcessTable.Parent(pid) != keeper, "the keeper does not end");
        Assert.Contains("has no keeper", Update(Ours), StringComparison.Ordinal);
        Assert.Equal("OK", Ask(MessageType.Write, "/a\0value"));
        Programs.Signal(pid, "TERM");
        Wait.Until(() => !Directory.Exists($"/proc/{pid}"), "the store does not end");
    }

    [Fact]
    public void It_gets_another_command_line_on_request()
    {
        var store = Start(Ours);
        using var control = Connect();
        Assert.Equal("OK", Control(control, "-f", Ours));
        Assert.Equal("OK", Control(control, "-c", $"-N --pid-file {Stage.File("store.pid")}\t--entry-nb 17"));
        Assert.Equal("OK", Control(control, "-s"));
        Assert.Contains("nodes            :       17 ", StoreDaemon.Ask(control, MessageType.Control, "quota\0"), StringComparison.Ordinal);
        Assert.False(store.Process.HasExited);
    }

    [Theory]
    [InlineData("/nonexistent", "File not accessible.")]
    [InlineData("/etc/passwd", "File not executable.")]
    [InlineData("/etc", "File not executable.")]
    [InlineData("/bin/true", "/bin/true is no xenstored that can go on with the state of this one.")]
    public void The_store_that_runs_stays_if_the_other_program_is_none(string program, string reason)
    {
        Start(Ours);
        int pid = Pid();
        Assert.Equal(reason, Update(program));
        Assert.Equal("OK", Ask(MessageType.Write, "/a\0value"));
        Assert.Equal(pid, Pid());
    }

    [Fact]
    public void The_store_that_runs_stays_if_the_other_one_cannot_go_on_with_its_state()
    {
        Start(Ours);
        const string Help = "[ \"$1\" = --help ] && echo --can-go-on && exit 0\n";
        string other = Script("other", Help + "echo 'xenstored: it is of the future' >&2; exit 1");
        Assert.Equal("xenstored: it is of the future", Update(other));
        Assert.Equal("OK", Ask(MessageType.Write, "/a\0value"));
        string mute = Script("mute", Help + "exit 1");
        Assert.Equal($"{mute} cannot go on with the state of this one.", Update(mute));
    }

    [Fact]
    public void An_update_belongs_to_the_connection_that_named_the_program()
    {
        Start(Ours);
        using var other = Connect();
        using (var owner = Connect())
        {
            Assert.Equal("No live-update session active.", Control(other, "-s"));
            Assert.Equal("OK", Control(owner, "-f", Ours));
            Assert.Equal("live-update session already active.", Control(other, "-f", Ours));
            Assert.Equal("No live-update session active.", Control(other, "-a"));
            Assert.Equal("OK", Control(owner, "-a"));
            Assert.Equal("No live-update session active.", Control(owner, "-a"));
            Assert.Equal("OK", Control(owner, "-f", Ours));
        }
        Assert.Equal("No live-update session active.", Control(other, "-s")); // the program was named by somebody else
        Wait.Until(() => Control(other, "-f", Ours) == "OK", "the connection that named the program is closed");
    }

    [Theory]
    [InlineData("-s", "-t")]
    [InlineData("-s", "-v", "3")]
    [InlineData("-s", "-x")]
    [InlineData("-x")]
    [InlineData("-f")]
    public void Words_that_it_does_not_know_are_EINVAL(params string[] words)
    {
        Start(Ours);
        using var control = Connect();
        Assert.Equal("OK", Control(control, "-f", Ours));
        Assert.Equal("EINVAL", Control(control, words));
    }

    [Fact]
    public void A_store_without_a_keeper_says_what_is_missing()
    {
        Stage.StartStore();
        Assert.StartsWith("This xenstored has no keeper", Update(Ours), StringComparison.Ordinal);
    }
}
