using System.Diagnostics;
using System.Globalization;
using System.IO.MemoryMappedFiles;
using XenStored.Tree;
using XenStored.Tree.Storage;
using XenStored.Tree.Storage.MappedFile;

namespace XenStored.Tests.Storage;

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
                while (modelNumber < number)
                    Change(model, ++modelNumber);
                if (model.Dump() != real.Dump(memory.Root))
                    return $"round {round}: the tree is not that of change {number}";
                uint slot = memory.Slots.Read(KillChild.Slot).First;
                int record = new RecordTree(memory).Get("/number"u8) is { } value ? BitConverter.ToInt32(value) : 0;
                if (record != number || slot != number)
                    return $"round {round}: the tree is that of change {number}, the record {record}, the slot {slot}";
                long reached = real.ReachableBytes(memory.Root) + real.ReachableBytes(memory.Records);
                if (reached != memory.Bytes.Live)
                    return $"round {round}: {memory.Bytes.Live} bytes in use, {reached} are reached";
            }
            catch (Exception e) when (bug != PlantedBug.None)
            {
                return $"round {round}: {e.Message}";
            }
        }
        return null;
    }

    static void Change(TreeModel model, int number)
    {
        var (path, value) = RandomChange.At(Seed, number);
        if (value is null)
            model.Remove(path);
        else
            model.Write(path, value);
        model.Write("/number", number.ToString(CultureInfo.InvariantCulture));
    }

    static void KillAChild(string file, PlantedBug bug, int milliseconds)
    {
        int before = BitConverter.ToInt32(File.ReadAllBytes(file + ".told"));
        string seed = Seed.ToString(CultureInfo.InvariantCulture);
        string[] arguments = ["exec", typeof(KillTest).Assembly.Location, "kill-child", file, bug.ToString(), seed];
        using var child = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, arguments))!;
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
        var lines = real.Dump(root).Split('\n').Where(line => line.StartsWith("/number=", StringComparison.Ordinal));
        string line = lines.FirstOrDefault("/number=0");
        return int.Parse(line["/number=".Length..], CultureInfo.InvariantCulture);
    }
}
