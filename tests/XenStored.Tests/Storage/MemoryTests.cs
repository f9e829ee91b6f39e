using Xen.Protocol.Wire;
using XenStored.Store;
using XenStored.Tests.Support;
using XenStored.Tree.Storage;

namespace XenStored.Tests.Storage;

public sealed class MemoryTests
{
    /// <summary>Two that are always the same, and one that is new in each run, unless MODEL_SEED names one that has failed.</summary>
    public static TheoryData<int> Seeds { get; } =
        [1, 2, int.TryParse(Environment.GetEnvironmentVariable("MODEL_SEED"), out int failed) ? failed : Random.Shared.Next()];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void The_tree_is_the_model_with_snapshots_and_drafts_taken_and_given_up(int seed)
    {
        using var folder = TempFolder.InMemory();
        using var memory = new StoreMemory(folder.File("store"), 256 << 20, 0);
        var real = new RealTree(memory);
        var model = new TreeModel();
        var random = new Random(seed);
        var snapshots = new List<(Snapshot Snapshot, string Dump)>();

        for (int number = 0; number < 20_000; number++)
        {
            Change(memory, real, model, random, RandomChange.At(seed, number));
            if (random.Next(3) == 0)
                memory.Publish();
            memory.Reclaimer.Reclaim(random.Next(20));
            if (random.Next(200) == 0)
                snapshots.Add((memory.Reclaimer.Take(memory.Root), model.Dump()));
            if (random.Next(200) == 0 && snapshots.Count > 0)
            {
                int which = random.Next(snapshots.Count);
                IsAsItWas(memory, real, snapshots[which]);
                snapshots.RemoveAt(which);
            }
            if (number % 1000 == 0)
                Assert.Equal(model.Dump(), real.Dump(memory.Root));
        }

        Assert.Equal(model.Dump(), real.Dump(memory.Root));
        foreach (var taken in snapshots)
            IsAsItWas(memory, real, taken);
        Settle(memory);
        // Nothing leaks, and nothing is freed too early.
        Assert.Equal(real.ReachableBytes(memory.Root) + real.ReachableBytes(memory.Records), memory.Bytes.Live);
    }

    // Some drafts are given up.
    static void Change(StoreMemory memory, RealTree real, TreeModel model, Random random, (string Path, string? Value) change)
    {
        var draft = memory.Begin();
        Apply(real, draft, change.Path, change.Value);
        if (random.Next(8) == 0)
        {
            memory.Reclaimer.Discard(draft);
            return;
        }
        real.Keep(draft);
        Apply(model, change.Path, change.Value);
    }

    static void IsAsItWas(StoreMemory memory, RealTree real, (Snapshot Snapshot, string Dump) taken)
    {
        Assert.Equal(taken.Dump, real.Dump(taken.Snapshot.Root));
        memory.Reclaimer.Drop(taken.Snapshot);
    }

    [Fact]
    public void A_private_draft_that_lives_through_others_changes_leaks_nothing()
    {
        using var folder = TempFolder.InMemory();
        using var memory = new StoreMemory(folder.File("store"), 256 << 20, 0);
        var real = new RealTree(memory);
        for (int round = 0; round < 30; round++)
        {
            var start = memory.Reclaimer.Take(memory.Root);
            var mine = memory.BeginPrivate();
            for (int number = 0; number < 200; number++)
            {
                var (path, value) = RandomChange.At(1, round * 500 + number);
                Apply(real, mine, path, value);
                var others = memory.Begin();
                var (otherPath, otherValue) = RandomChange.At(2, round * 500 + number);
                Apply(real, others, otherPath, otherValue);
                real.Keep(others);
                memory.Publish();
                memory.Reclaimer.Reclaim(8);
            }
            memory.Reclaimer.Discard(mine);
            memory.Reclaimer.Drop(start);
        }
        Settle(memory);
        Assert.Equal(real.ReachableBytes(memory.Root) + real.ReachableBytes(memory.Records), memory.Bytes.Live);
    }

    [Theory]
    [InlineData(33)]
    [InlineData(1000)]
    [InlineData(20_000)]
    public void A_wide_directory_keeps_the_order_of_creation_and_finds_every_name(int count)
    {
        using var folder = TempFolder.InMemory();
        using var memory = new StoreMemory(folder.File("store"), 256 << 20, 0);
        var real = new RealTree(memory);
        var model = new TreeModel();
        for (int i = 0; i < count; i++)
            Both($"/d/n{i * 7919 % count}", "v");
        Assert.Equal(model.Dump(), real.Dump(memory.Root));
        for (int i = 0; i < count; i += 3)
            Both($"/d/n{i}", null);
        Both("/d/n0", "again");
        Assert.Equal(model.Dump(), real.Dump(memory.Root));
        for (int i = 0; i < count; i++)
            Both($"/d/n{i}", null);
        Assert.Equal("/=\n/d=\n", real.Dump(memory.Root));
        Settle(memory);
        Assert.Equal(real.ReachableBytes(memory.Root) + real.ReachableBytes(memory.Records), memory.Bytes.Live);

        void Both(string path, string? value)
        {
            var draft = memory.Begin();
            Apply(real, draft, path, value);
            real.Keep(draft);
            if (value is null)
                model.Remove(path);
            else
                model.Write(path, value);
            memory.Publish();
            memory.Reclaimer.Reclaim(16);
        }
    }

    [Fact]
    public void A_full_store_refuses_and_still_lets_nodes_be_removed()
    {
        using var core = new Core(4 << 20);
        var client = core.Socket();
        string value = new('v', 3000);
        int made = 0;
        while (core.Ask(client, MessageType.Write, $"/full/n{made}\0{value}") == "OK")
        {
            made++;
            core.EndIteration();
        }
        Assert.Equal("ENOMEM", core.Take(client)[^1]);
        Assert.InRange(made, 500, 1400);
        Assert.Equal("OK", core.Ask(client, MessageType.Rm, "/full\0"));
        core.EndIteration();
        Assert.Equal("OK", core.Ask(client, MessageType.Write, $"/again\0{value}"));
        Assert.Null(Audit.FirstFault(core.Store));
    }

    static void Apply(RealTree real, Draft draft, string path, string? value)
    {
        if (value is null)
            real.Remove(draft, path);
        else
            real.Write(draft, path, value);
    }

    static void Apply(TreeModel model, string path, string? value)
    {
        if (value is null)
            model.Remove(path);
        else
            model.Write(path, value);
    }

    static void Settle(StoreMemory memory)
    {
        memory.Publish();
        while (memory.Reclaimer.HasWork || memory.Reclaimer.WaitsForPublish)
        {
            memory.Publish();
            memory.Reclaimer.Reclaim(100_000);
        }
    }

    [Fact]
    public void The_file_knows_how_many_processes_went_on_with_it()
    {
        using var folder = TempFolder.InMemory();
        for (int restarts = 0; restarts < 3; restarts++)
        {
            using var memory = new StoreMemory(folder.File("store"), 256 << 20, 0);
            memory.Serves();
            Assert.Equal(restarts, memory.Restarts);
        }
    }
}
