using Xen.Linux.Processes;
using Xen.Protocol.Wire;
using XenStored.Crashes;
using XenStored.Tests.Wire;

namespace XenStored.Tests.Kills;

/// <summary>A client gets nothing of another one that has left, though it may have that one's place in the file.</summary>
public sealed class SuccessorTests : IDisposable
{
    const int SignalKill = 9;

    readonly KillStage stage = new(isKept: true);

    public void Dispose() => stage.Dispose();

    // Found by reading what the kills do: the numbers of sessions were used again before the records of the former ones were gone for good.
    [Fact]
    public void A_client_that_comes_to_a_store_that_dies_at_once_is_told_what_it_has_asked_for()
    {
        using var other = stage.Connect();
        Assert.Equal("OK", other.Ask(MessageType.Write, "/a\0value"));
        using (var first = stage.Connect())
        {
            first.SendBytes(SplitTests.Message(MessageType.Read, 1, "/other\0")[..10]); // and leaves within its first message
            Until(() => Leftovers.SocketSlots(stage.StateFile, stage.StorePid()) == 2, "it has no slot");
            Until(() => Leftovers.HasInput(stage.StateFile, stage.StorePid()), "its bytes are not kept");
        }
        Until(() => Leftovers.SocketSlots(stage.StateFile, stage.StorePid()) == 1, "the first client does not leave");
        stage.Points.Arm(CrashPoint.AcceptOwnsSlot, count: 1);
        Assert.True(ProcessTable.Signal(stage.StorePid(), SignalKill));
        using var second = stage.Connect(); // which waits to be accepted
        uint asked = second.Send(MessageType.Read, "/a\0");
        second.Expect(MessageType.Read, asked, "value");
        Assert.Equal(1, stage.Points.Kills(CrashPoint.AcceptOwnsSlot));
    }
}
