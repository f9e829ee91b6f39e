using System.Globalization;
using System.IO.MemoryMappedFiles;
using XenStored.Tree;
using XenStored.Tree.Storage;

namespace XenStored.Tests.Storage;

/// <summary>The process that is killed: it changes a store and tells, after each publish, how far it is.</summary>
static class KillChild
{
    internal const int Slot = 3;
    const int ChangesAPublish = 5;

    internal static int Run(string file, PlantedBug bug, int seed)
    {
        using var memory = new StoreMemory(file, 64 << 20, 0);
        using var told = MemoryMappedFile.CreateFromFile(file + ".told", FileMode.Open);
        using var view = told.CreateViewAccessor();
        var real = new RealTree(memory);
        int number = KillTest.NumberIn(real, memory.Root);
        Snapshot? snapshot = null;
        var records = new RecordTree(memory);
        while (true)
        {
            for (int i = 0; i < ChangesAPublish; i++)
                Change(memory, real, seed, ++number);
            records.TrySet("/number"u8, BitConverter.GetBytes(number));
            memory.Slots.Write(Slot, new((uint)number, 0, 0, 0));
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

    static void Change(StoreMemory memory, RealTree real, int seed, int number)
    {
        var (path, value) = RandomChange.At(seed, number);
        var draft = memory.Begin();
        if (value is null)
            real.Remove(draft, path);
        else
            real.Write(draft, path, value);
        real.Write(draft, "/number", number.ToString(CultureInfo.InvariantCulture));
        real.Keep(draft);
    }
}
