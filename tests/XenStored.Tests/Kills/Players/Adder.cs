using System.Globalization;
using Xen.Protocol.Wire;

namespace XenStored.Tests.Kills.Players;

/// <summary>Adds one to a sum in a transaction, again and again until that is committed. Several do so.</summary>
/// <param name="ring">The domain on whose ring it is; null: it is on the socket.</param>
sealed class Adder(KillStage stage, int seed, ushort? ring = null) : Player(stage, seed)
{
    bool commits;

    /// <summary>How many commits it was not told of.</summary>
    internal int Unsure { get; private set; }

    private protected override Line Open() => ring is { } domid ? Stage.Ring(domid) : base.Open();

    private protected override void Play(Line line)
    {
        while (!Stage.IsOver)
            Count += TryAdd(line) ? 1 : 0;
    }

    private protected override void Lost(ClosedException why)
    {
        Unsure += commits ? 1 : 0;
        commits = false;
    }

    bool TryAdd(Line line)
    {
        uint id = uint.Parse(line.Ask(MessageType.TransactionStart, "\0"), CultureInfo.InvariantCulture);
        int sum = int.Parse(line.Ask(MessageType.Read, "/sum\0", id), CultureInfo.InvariantCulture);
        Assert.Equal("OK", line.Ask(MessageType.Write, $"/sum\0{sum + 1}", id));
        commits = true;
        string ended = line.Ask(MessageType.TransactionEnd, "T\0", id);
        commits = false;
        Assert.True(ended is "OK" or "EAGAIN", ended);
        return ended == "OK";
    }
}
