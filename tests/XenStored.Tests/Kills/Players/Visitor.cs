using Xen.Protocol.Wire;

namespace XenStored.Tests.Kills.Players;

/// <summary>A client for a few requests, and another, and another. Some of them end sending before they are answered.</summary>
sealed class Visitor(KillStage stage, int seed) : Player(stage, seed)
{
    private protected override void Play(Line line)
    {
        bool ends = Random.Next(2) == 0;
        var asked = new List<uint>();
        for (int i = Random.Next(3); i >= 0; i--)
            asked.Add(line.Send(MessageType.Read, "/constant\0"));
        if (ends)
            ((SocketLine)line).EndsSending();
        foreach (uint number in asked)
            line.Expect(MessageType.Read, number, "value");
        if (ends)
            Assert.True(((SocketLine)line).IsClosed);
        Count++;
    }
}
