using Xen.Protocol.Wire;

namespace XenStored.Tests.Kills.Players;

/// <summary>A client on the read-only socket. Whatever dies, it sees what every guest may see, nothing else, and changes nothing.</summary>
sealed class Onlooker(KillStage stage, int seed) : Player(stage, seed)
{
    private protected override Line Open() => Stage.ConnectReader();

    private protected override void Play(Line line)
    {
        while (!Stage.IsOver)
        {
            Assert.Equal("value", line.Ask(MessageType.Read, "/shown\0"));
            Assert.Equal("EACCES", line.Ask(MessageType.Read, "/constant\0"));
            Assert.Equal("EROFS", line.Ask(MessageType.Write, "/shown\0mine"));
            Count++;
        }
    }
}
