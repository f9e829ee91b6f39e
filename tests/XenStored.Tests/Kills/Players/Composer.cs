using System.Globalization;
using Xen.Protocol.Wire;

namespace XenStored.Tests.Kills.Players;

/// <summary>
/// Changes some nodes together, in one transaction after another. Nobody else touches them, so each transaction is committed at the first
/// try, however often the store was killed in its middle.
/// </summary>
/// <param name="home">Where its nodes are.</param>
/// <param name="ring">The domain on whose ring it is; null: it is on the socket.</param>
sealed class Composer(KillStage stage, int seed, string home, ushort? ring = null) : Player(stage, seed)
{
    const int Nodes = 4;

    int version;

    private protected override Line Open() => ring is { } domid ? Stage.Ring(domid) : base.Open();

    private protected override void Play(Line line)
    {
        version = Find(line);
        for (; !Stage.IsOver; Count++)
            Change(line);
    }

    // What an earlier connection was not told of is done or not, but as a whole.
    int Find(Line line)
    {
        var found = Enumerable.Range(0, Nodes).Select(i => line.Ask(MessageType.Read, $"{home}/{i}\0")).Distinct().ToList();
        string all = Assert.Single(found);
        return all == "ENOENT" ? 0 : int.Parse(all, CultureInfo.InvariantCulture);
    }

    void Change(Line line)
    {
        uint id = uint.Parse(line.Ask(MessageType.TransactionStart, "\0"), CultureInfo.InvariantCulture);
        string before = version == 0 ? "ENOENT" : $"{version}";
        version++;
        for (int i = 0; i < Nodes; i++)
        {
            int other = Random.Next(Nodes);
            Assert.Equal(before, line.Ask(MessageType.Read, $"{home}/{i}\0", id));
            Assert.Equal("OK", line.Ask(MessageType.Write, $"{home}/{i}\0{version}", id));
            Assert.Equal(other <= i ? $"{version}" : before, line.Ask(MessageType.Read, $"{home}/{other}\0", id));
        }
        Assert.Equal("OK", line.Ask(MessageType.TransactionEnd, "T\0", id));
    }
}
