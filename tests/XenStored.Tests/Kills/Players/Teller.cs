using System.Globalization;
using Xen.Protocol.Wire;

namespace XenStored.Tests.Kills.Players;

/// <summary>
/// Writes nodes in an order that the <see cref="Hearer"/>s know, some of them in transactions. A name has a generation, which is another
/// after the teller has lost its connection, and a number, which begins with 0 in each generation.
/// </summary>
sealed class Teller(KillStage stage, int seed, IReadOnlyList<Hearer> hearers) : Player(stage, seed)
{
    internal const int Generations = 4, Numbers = 3000;

    const int MostBehind = 1000; // equal events that wait are merged

    int generation = -1, next;

    private protected override void Play(Line line)
    {
        (generation, next) = ((generation + 1) % Generations, 0);
        while (!Stage.IsOver)
        {
            int count = Random.Next(1, 6);
            if (Random.Next(4) == 0)
                Commit(line, count);
            else
                Write(line, count);
            Count++;
            Until(() => Stage.IsOver || hearers.All(hearer => hearer.Behind(generation, next) < MostBehind), "a watcher hears nothing");
        }
    }

    void Write(Line line, int count)
    {
        var asked = Enumerable.Range(0, count).Select(i => line.Send(MessageType.Write, $"{Name(i)}\0{Count}")).ToList();
        asked.ForEach(number => line.Expect(MessageType.Write, number, "OK"));
        next += count;
    }

    void Commit(Line line, int count)
    {
        string ended;
        do
        {
            uint id = uint.Parse(line.Ask(MessageType.TransactionStart, "\0"), CultureInfo.InvariantCulture);
            for (int i = 0; i < count; i++)
                Assert.Equal("OK", line.Ask(MessageType.Write, $"{Name(i)}\0{Count}", id));
            ended = line.Ask(MessageType.TransactionEnd, "T\0", id);
            Assert.True(ended is "OK" or "EAGAIN", ended);
        }
        while (ended != "OK");
        next += count;
    }

    string Name(int ahead) => $"/order/{generation}-{(next + ahead) % Numbers}";
}
