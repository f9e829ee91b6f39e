using Xen.Protocol.Wire;

namespace XenStored.Tests.Kills.Players;

/// <summary>
/// Hears each change that the <see cref="Teller"/> makes, by two watches: no event is lost or comes twice, each comes in the order of the
/// changes, and at each change the older watch fires first.
/// </summary>
/// <param name="ring">The domain on whose ring it is; null: it is on the socket.</param>
sealed class Hearer(KillStage stage, int seed, ushort? ring = null) : Player(stage, seed)
{
    /// <summary>What is written when all is over.</summary>
    internal const string Over = "/order/over";

    /// <summary>It is on the read-only socket.</summary>
    internal bool IsReader { get; init; }

    long heard = -1; // generation and number, in one word

    /// <summary>How many changes of the teller's generation it has yet to hear; 0 if it has heard none of that yet.</summary>
    internal int Behind(int generation, int next) =>
        Volatile.Read(ref heard) is >= 0 and var last && last / Teller.Numbers == generation
            ? (next - 1 - (int)(last % Teller.Numbers) + Teller.Numbers) % Teller.Numbers
            : 0;

    private protected override Line Open() =>
        ring is { } domid ? Stage.Ring(domid) : IsReader ? Stage.ConnectReader() : base.Open();

    private protected override void Play(Line line)
    {
        Volatile.Write(ref heard, -1);
        Assert.Equal("OK", line.AskAmidEvents(MessageType.Watch, "/order\0first\0"));
        Assert.Equal("OK", line.AskAmidEvents(MessageType.Watch, "/order\0second\0"));
        while (line.Next().Text != "/order second")
        {
            // what changed before both watches were there
        }
        while (true)
        {
            var (type, _, text) = line.Next();
            Assert.Equal(MessageType.WatchEvent, type);
            Assert.EndsWith(" first", text, StringComparison.Ordinal);
            string name = text[..^" first".Length];
            line.Hears(name + " second");
            if (name == Over)
                return;
            Hear(name["/order/".Length..]);
            Count++;
        }
    }

    void Hear(string name)
    {
        long[] parts = [.. name.Split('-').Select(part => long.Parse(part, System.Globalization.CultureInfo.InvariantCulture))];
        long next = parts[0] * Teller.Numbers + parts[1];
        bool isNext = heard < 0
            || heard / Teller.Numbers == parts[0] && (heard + 1) % Teller.Numbers == parts[1]
            || parts[1] == 0 && Stage.HoldersKilled > 0;
        Assert.True(isNext, $"{name} after {heard / Teller.Numbers}-{heard % Teller.Numbers}");
        Volatile.Write(ref heard, next);
    }
}
