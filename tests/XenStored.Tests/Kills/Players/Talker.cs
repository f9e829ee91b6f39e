using Xen.Protocol.Wire;

namespace XenStored.Tests.Kills.Players;

/// <summary>
/// Writes and reads back, several requests at once. Each write fires its own watch. What it was told to be written is there, whatever
/// happens; what it was not told of is there or not.
/// </summary>
/// <param name="folder">Where it writes; nobody else does.</param>
/// <param name="ring">The domain on whose ring it is; null: it is on the socket.</param>
sealed class Talker(KillStage stage, int seed, string folder, int atOnce, ushort? ring = null) : Player(stage, seed)
{
    readonly Dictionary<string, string> told = [];
    readonly Dictionary<string, List<string>> untold = [];
    int values;

    private protected override Line Open() => ring is { } domid ? Stage.Ring(domid) : base.Open();

    private protected override void Play(Line line)
    {
        Assert.Equal("OK", line.Ask(MessageType.Watch, $"{folder}\0token\0"));
        line.Hears($"{folder} token");
        foreach (string name in untold.Keys)
            Check(name, line.Ask(MessageType.Read, $"{name}\0"));
        untold.Clear();
        while (!Stage.IsOver)
        {
            var expected = new List<(MessageType Type, uint Number, string Text, string Name)>();
            for (int i = 0; i < atOnce; i++)
                Send(line, $"{folder}/{(atOnce == 1 ? Count % 50 : i)}", expected);
            foreach (var (type, answered, text, name) in expected)
            {
                line.Expect(type, answered, text);
                if (type == MessageType.Read)
                    told[name] = text;
            }
            untold.Clear();
            Count++;
        }
    }

    void Send(Line line, string name, List<(MessageType, uint, string, string)> expected)
    {
        string value = $"{++values}" + new string('v', Random.Next(1800));
        if (!untold.TryGetValue(name, out var values2))
            untold[name] = values2 = [];
        values2.Add(value);
        uint number = line.Send(MessageType.Write, $"{name}\0{value}");
        expected.Add((MessageType.WatchEvent, 0, $"{name} token", name));
        expected.Add((MessageType.Write, number, "OK", name));
        expected.Add((MessageType.Read, line.Send(MessageType.Read, $"{name}\0"), value, name));
    }

    void Check(string name, string value)
    {
        Assert.True(value == told.GetValueOrDefault(name, "ENOENT") || untold[name].Contains(value), $"{name} is {value}");
        if (value != "ENOENT")
            told[name] = value;
    }
}
