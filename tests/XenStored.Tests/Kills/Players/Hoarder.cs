using System.Globalization;
using Xen.Protocol.Wire;

namespace XenStored.Tests.Kills.Players;

/// <summary>
/// A guest at its quotas of nodes and of watches. It knows what it has, so it knows which request is refused: the counts stay exact over
/// each death. What it makes in a transaction counts only if that is committed.
/// </summary>
sealed class Hoarder(KillStage stage, int seed, ushort ring) : Player(stage, seed)
{
    internal const int MostNodes = 24, MostWatches = 6;

    const int Own = 2; // its home and the folder
    readonly HashSet<string> nodes = [];
    readonly HashSet<string> watches = [];

    private protected override Line Open() => Stage.Ring(ring);

    private protected override void Play(Line line)
    {
        Assert.Equal("OK", line.Ask(MessageType.Mkdir, "hoard\0"));
        for (; !Stage.IsOver; Count++)
            switch (Random.Next(8))
            {
                case 0 or 1 or 2:
                    Make(line, Name(MostNodes + 4));
                    break;
                case 3 or 4:
                    Remove(line, Name(MostNodes + 4));
                    break;
                case 5:
                    Commit(line, Name(MostNodes + 4));
                    break;
                case 6:
                    Watch(line, Name(MostWatches + 2));
                    break;
                default:
                    Unwatch(line, Name(MostWatches + 2));
                    break;
            }
    }

    string Name(int most) => $"n{Random.Next(most)}";

    void Make(Line line, string name)
    {
        bool fits = nodes.Contains(name) || Own + nodes.Count < MostNodes;
        Assert.Equal(fits ? "OK" : "ENOSPC", line.Ask(MessageType.Write, $"hoard/{name}\0value"));
        if (fits)
            nodes.Add(name);
    }

    void Remove(Line line, string name)
    {
        Assert.Equal(nodes.Contains(name) ? "value" : "ENOENT", line.Ask(MessageType.Read, $"hoard/{name}\0"));
        Assert.Equal("OK", line.Ask(MessageType.Rm, $"hoard/{name}\0"));
        nodes.Remove(name);
    }

    // One is removed and one is made, so that the number of nodes stays.
    void Commit(Line line, string name)
    {
        if (nodes.Count == 0 || nodes.Contains(name))
            return;
        string old = nodes.Order(StringComparer.Ordinal).First();
        uint id = uint.Parse(line.Ask(MessageType.TransactionStart, "\0"), CultureInfo.InvariantCulture);
        Assert.Equal("OK", line.Ask(MessageType.Rm, $"hoard/{old}\0", id));
        Assert.Equal("OK", line.Ask(MessageType.Write, $"hoard/{name}\0value", id));
        string ended = line.Ask(MessageType.TransactionEnd, "T\0", id);
        Assert.True(ended is "OK" or "EAGAIN", ended);
        if (ended == "OK")
            Assert.True(nodes.Remove(old) && nodes.Add(name));
    }

    void Watch(Line line, string name)
    {
        string expected = watches.Contains(name) ? "EEXIST" : watches.Count < MostWatches ? "OK" : "ENOSPC";
        Assert.Equal(expected, line.Ask(MessageType.Watch, $"none/{name}\0token\0"));
        if (expected != "OK")
            return;
        line.Hears($"none/{name} token");
        watches.Add(name);
    }

    void Unwatch(Line line, string name) =>
        Assert.Equal(watches.Remove(name) ? "OK" : "ENOENT", line.Ask(MessageType.Unwatch, $"none/{name}\0token\0"));
}
