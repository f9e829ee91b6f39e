using System.Text;
using Xen.Protocol.Wire;

namespace XenStored.Tests.Handover;

/// <summary>xenstored --export writes the state of a store as a stream, and --import begins with one.</summary>
public sealed class ImportTests : SwapStage
{
    [Theory]
    [InlineData("1")]
    [InlineData("2")]
    public void A_store_begins_with_what_another_has_exported_while_it_ran(string version)
    {
        var first = Start(Ours);
        Assert.Equal("OK", Ask(MessageType.Write, "/a/b\0value"));
        Assert.Equal("OK", Ask(MessageType.SetPerms, "/a/b\0n3\0r4\0"));
        Assert.Equal("OK", Ask(MessageType.SetPerms, "@releaseDomain\0n0\0r3\0"));
        Assert.Equal((0, "", "xenstored: Nodes of owners that are not introduced: 1. C xenstored ends when it reads one.\n"),
            Run("--export", Stage.File("stream"), "--stream-version", version));
        Assert.Equal("value", Ask(MessageType.Read, "/a/b\0")); // it goes on
        Assert.Equal(0, first.Ends("TERM"));
        File.Delete(Stage.Socket + ".store");

        Start(Ours, "--import", Stage.File("stream"));
        Assert.Equal("value", Ask(MessageType.Read, "/a/b\0"));
        Assert.Equal("n3\0r4", Ask(MessageType.GetPerms, "/a/b\0"));
        Assert.Equal("n0\0r3", Ask(MessageType.GetPerms, "@releaseDomain\0"));
        Assert.Equal("OK", Ask(MessageType.Control, "check\0"));
        Assert.Equal("OK", Ask(MessageType.Write, "/a/b\0other"));
        Programs.Signal(Pid(), "KILL"); // the next process goes on with what it has, and does not begin with the stream
        Assert.Equal("other", Ask(MessageType.Read, "/a/b\0"));
    }

    [Fact]
    public void A_store_begins_with_oxenstoreds_text()
    {
        static string Hex(string text) => Convert.ToHexStringLower(Encoding.ASCII.GetBytes(text));
        File.WriteAllText(Stage.File("text"), "$xenstored-dump-format\nglobal,-1\nsocket,77\n"
            + $"store,{Hex("/")},{Hex("n0")},\nstore,{Hex("/x")},{Hex("n5\0r6")},{Hex("value")}\n");
        Start(Ours, "--import", Stage.File("text"));
        Assert.Equal("value", Ask(MessageType.Read, "/x\0"));
        Assert.Equal("n5\0r6", Ask(MessageType.GetPerms, "/x\0"));
    }

    [Fact]
    public void What_cannot_be_imported_or_exported_is_said_in_a_sentence()
    {
        File.WriteAllText(Stage.File("none"), "something else");
        var (status, _, errors) = Run("-N", "--import", Stage.File("none"));
        Assert.Equal(1, status);
        Assert.Contains(Stage.File("none"), errors, StringComparison.Ordinal);
        (status, _, errors) = Run("-N", "--import", Stage.File("missing"));
        Assert.Equal(1, status);
        Assert.Contains(Stage.File("missing"), errors, StringComparison.Ordinal);
        (status, _, errors) = Run("--export", Stage.File("stream"));
        Assert.Equal((1, $"xenstored: there is no state of a xenstored of this suite in {Stage.Socket}.store\n"), (status, errors));
    }

    (int Status, string Output, string Errors) Run(params string[] options)
    {
        Stage.Environment["XENSTORED_KEEP"] = "0";
        return Stage.RunProgram(Ours, ["--pid-file", Stage.File("store.pid"), .. options]);
    }
}
