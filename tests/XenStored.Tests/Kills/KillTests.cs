using System.Globalization;
using Xen.Protocol.Wire;
using XenStored.Tests.Kills.Players;

namespace XenStored.Tests.Kills;

/// <summary>
/// Guests on their rings and clients on the socket use the store without a pause, domains come and go, and it is killed again and again: at
/// each named point, and at any instant. Each client knows what it has to be told. KILLS=10000 KILL_SEED=1 plays longer.
/// </summary>
public sealed class KillTests
{
    const ushort FirstTalker = 1, SecondTalker = 2, RingAdder = 3, RingHearer = 4, RingHoarder = 5, RingComposer = 6;

    static readonly int Seed = Number("KILL_SEED") ?? Random.Shared.Next();

    [Fact]
    public void Killed_beneath_its_keeper_no_client_is_told_anything_wrong() => Play(isKept: true, kills: (Number("KILLS") ?? 300) * 5 / 6);

    [Fact]
    public void Killed_alone_no_client_is_told_anything_wrong() => Play(isKept: false, kills: (Number("KILLS") ?? 300) / 6);

    static void Play(bool isKept, int kills)
    {
        using var stage = new KillStage(isKept);
        var killer = new Killer(stage, isKept, Seed);
        try
        {
            SetUp(stage);
            var players = Players(stage);
            Play(stage, killer, players, kills);
            Check(stage, players);
            if (kills > 3 * killer.Points.Count)
                Assert.All(killer.Points, point => Assert.True(stage.Points.Kills(point) > 0, $"nobody has died at {point}"));
        }
        catch (Exception e)
        {
            string said = stage.Said;
            said = said[^Math.Min(4000, said.Length)..];
            throw new InvalidOperationException($"KILL_SEED={Seed}, kill {killer.Kills}; the last ones:\n{killer.History}\n{said}", e);
        }
    }

    static void SetUp(KillStage stage)
    {
        using var control = stage.Connect();
        foreach (string node in (string[])["/constant\0value", "/sum\00", "/granted\0value", "/order/begin\0value", "/shown\0value"])
            Assert.Equal("OK", control.Ask(MessageType.Write, node));
        for (ushort domid = FirstTalker; domid <= RingComposer; domid++)
            stage.Introduce(control, domid);
        Assert.Equal("OK", control.Ask(MessageType.SetPerms, "/shown\0r0\0"));
        Assert.Equal("OK", control.Ask(MessageType.SetPerms, $"/sum\0n0\0b{RingAdder}\0"));
        Assert.Equal("OK", control.Ask(MessageType.SetPerms, $"/order\0n0\0r{RingHearer}\0"));
        Assert.Equal("OK", control.Ask(MessageType.SetQuota, $"{RingHoarder}\0nodes\0{Hoarder.MostNodes}\0"));
        Assert.Equal("OK", control.Ask(MessageType.SetQuota, $"{RingHoarder}\0watches\0{Hoarder.MostWatches}\0"));
    }

    static List<Player> Players(KillStage stage)
    {
        int seed = Seed;
        var hearers = new List<Hearer> { new(stage, ++seed), new(stage, ++seed, RingHearer), new(stage, ++seed) { IsReader = true } };
        return
        [
            new Talker(stage, ++seed, "/one", atOnce: 1), new Talker(stage, ++seed, "/eight", atOnce: 8),
            new Talker(stage, ++seed, "/forty", atOnce: 40), new Talker(stage, ++seed, "talk", atOnce: 1, FirstTalker),
            new Talker(stage, ++seed, "talk", atOnce: 3, SecondTalker), new Flooder(stage, ++seed), new Visitor(stage, ++seed),
            new Onlooker(stage, ++seed), new Adder(stage, ++seed), new Adder(stage, ++seed), new Adder(stage, ++seed, RingAdder),
            new Hoarder(stage, ++seed, RingHoarder), new Toolstack(stage, ++seed),
            new Composer(stage, ++seed, "/composed"), new Composer(stage, ++seed, "composed", RingComposer),
            new Teller(stage, ++seed, hearers), .. hearers,
        ];
    }

    static void Play(KillStage stage, Killer killer, List<Player> players, int kills)
    {
        var playing = players.ConvertAll(player => Task.Factory.StartNew(player.Run, TaskCreationOptions.LongRunning));
        while (killer.Kills < kills && !playing.Any(player => player.IsCompleted))
            killer.Kill();
        stage.IsOver = true;
        var others = playing.Where((_, i) => players[i] is not Hearer).ToList();
        WaitFor(others, playing);
        using var control = stage.Connect();
        Assert.Equal("OK", control.Ask(MessageType.Write, $"{Hearer.Over}\0value"));
        WaitFor(playing, playing);
    }

    // The first one that has failed says what is wrong; those that wait for it would only say that they have waited.
    static void WaitFor(List<Task> these, List<Task> all)
    {
        Until(() => these.All(player => player.IsCompleted) || all.Any(player => player.IsFaulted), "a client does not end");
        all.FirstOrDefault(player => player.IsFaulted)?.GetAwaiter().GetResult();
    }

    static void Check(KillStage stage, List<Player> players)
    {
        Assert.All(players, player => Assert.True(player.Count > 5, $"{player.GetType().Name}: {player.Count}"));
        Assert.Empty(stage.Faults);
        using (var control = stage.Connect())
        {
            int sum = int.Parse(control.Ask(MessageType.Read, "/sum\0"), CultureInfo.InvariantCulture);
            int added = players.OfType<Adder>().Sum(adder => adder.Count), unsure = players.OfType<Adder>().Sum(adder => adder.Unsure);
            Assert.InRange(sum, added, added + unsure);
            Toolstack.EndAll(stage, control);
        }
        string? left = null;
        Until(() => (left = Leftovers.FirstIn(stage.StateFile, stage.StorePid())) is null, () => left!);
    }

    static int? Number(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;
}
