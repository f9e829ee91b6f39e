using System.Diagnostics;
using System.Globalization;
using System.IO.MemoryMappedFiles;
using XenStored.Tree.Storage;

namespace XenStored.Tests.Memory;

/// <summary>What the killed process does wrong on purpose, to see that the test would notice.</summary>
public enum PlantedBug
{
    None,
    /// <summary>Dead blocks are used again before the root that drops them is published.</summary>
    FreesBeforePublish,
    /// <summary>A change is acknowledged before it is published.</summary>
    AcknowledgesBeforePublish,
}

/// <summary>The process that is killed: it changes a store and tells, after each publish, how far it is.</summary>
static class KillChild
{
    const int ChangesAPublish = 5;

    internal static int Run(string file, PlantedBug bug, int seed)
    {
        using var memory = new StoreMemory(file, 64 << 20, 0);
        using var told = MemoryMappedFile.CreateFromFile(file + ".told", FileMode.Open);
        using var view = told.CreateViewAccessor();
        var real = new RealTree(memory);
        int number = KillTest.NumberIn(real, memory.Root);
        Snapshot? snapshot = null;
        while (true)
        {
            for (int i = 0; i < ChangesAPublish; i++)
            {
                var (path, value) = RandomChange.At(seed, ++number);
                var draft = memory.Begin();
                if (value is null)
                    real.Remove(draft, path);
                else
                    real.Write(draft, path, value);
                real.Write(draft, "/number", number.ToString(CultureInfo.InvariantCulture));
                real.Keep(draft);
            }
            if (number % 50 == 0)
            {
                if (snapshot is not null)
                    memory.Reclaimer.Drop(snapshot);
                snapshot = memory.Reclaimer.Take(memory.Root);
            }
            switch (bug)
            {
                case PlantedBug.FreesBeforePublish:
                    memory.Reclaimer.Published();
                    memory.Reclaimer.Reclaim(1000);
                    break;
                case PlantedBug.AcknowledgesBeforePublish:
                    view.Write(0, number);
                    Thread.SpinWait(2000);
                    break;
            }
            memory.Publish();
            view.Write(0, number);
            memory.Reclaimer.Reclaim(64);
        }
    }
}

public sealed class KillTest
{
    const int Seed = 4711;

    [Fact]
    public void Killed_300_times_at_any_instant_the_store_is_as_published_last() => Assert.Null(FirstFault(PlantedBug.None, rounds: 300));

    [Theory]
    [InlineData(PlantedBug.FreesBeforePublish)]
    [InlineData(PlantedBug.AcknowledgesBeforePublish)]
    public void A_planted_bug_is_found(PlantedBug bug) => Assert.NotNull(FirstFault(bug, rounds: 300));

    static string? FirstFault(PlantedBug bug, int rounds)
    {
        using var folder = TempFolder.InMemory();
        string file = folder.File("store");
        File.WriteAllBytes(file + ".told", new byte[4096]);
        var model = new TreeModel();
        var random = new Random(1);
        int modelNumber = 0;
        for (int round = 0; round < rounds; round++)
        {
            KillAChild(file, bug, random.Next(1, 15));
            int told = BitConverter.ToInt32(File.ReadAllBytes(file + ".told"));
            try
            {
                using var memory = new StoreMemory(file, 64 << 20, 0);
                var real = new RealTree(memory);
                int number = NumberIn(real, memory.Root);
                if (number < told)
                    return $"round {round}: change {told} was acknowledged, {number} was found";
                for (; modelNumber < number; modelNumber++)
                {
                    var (path, value) = RandomChange.At(Seed, modelNumber + 1);
                    if (value is null)
                        model.Remove(path);
                    else
                        model.Write(path, value);
                    model.Write("/number", (modelNumber + 1).ToString(CultureInfo.InvariantCulture));
                }
                if (model.Dump() != real.Dump(memory.Root))
                    return $"round {round}: the tree is not that of change {number}";
                if (real.ReachableBytes(memory.Root) != memory.Bytes.Live)
                    return $"round {round}: {memory.Bytes.Live} bytes in use, {real.ReachableBytes(memory.Root)} are reached";
            }
            catch (Exception e) when (bug != PlantedBug.None)
            {
                return $"round {round}: {e.Message}";
            }
        }
        return null;
    }

    static void KillAChild(string file, PlantedBug bug, int milliseconds)
    {
        int before = BitConverter.ToInt32(File.ReadAllBytes(file + ".told"));
        using var child = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, ["exec", typeof(KillTest).Assembly.Location, "kill-child", file, bug.ToString(), Seed.ToString(CultureInfo.InvariantCulture)]))!;
        using var told = MemoryMappedFile.CreateFromFile(file + ".told", FileMode.Open);
        using var view = told.CreateViewAccessor();
        for (var started = Stopwatch.StartNew(); view.ReadInt32(0) <= before && !child.HasExited && started.ElapsedMilliseconds < 20_000;)
            Thread.Sleep(1); // it must get somewhere, or nothing is tested
        Thread.Sleep(milliseconds);
        child.Kill();
        child.WaitForExit();
    }

    internal static int NumberIn(RealTree real, Ref root)
    {
        string line = real.Dump(root).Split('\n').FirstOrDefault(line => line.StartsWith("/number=", StringComparison.Ordinal)) ?? "/number=0";
        return int.Parse(line["/number=".Length..], CultureInfo.InvariantCulture);
    }
}
