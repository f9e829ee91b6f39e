using XenStored.Daemon;
using XenStored.Store;
using XenStored.Store.Records;
using XenStored.Tests.Support;
using XenStored.Tree;
using XenStored.Tree.Storage;
using XenStored.Tree.Storage.MappedFile;

namespace XenStored.Tests.Deaths;

/// <summary>A state that cannot be used is never believed: it is set aside, and the log says why.</summary>
public sealed class DamagedStateTests : IDisposable
{
    const int NewerRoot = 64, OlderRoot = 128, FirstBlock = 448 * 1024;

    readonly TempFolder folder = TempFolder.InMemory();
    readonly List<string> log = [];

    public DamagedStateTests()
    {
        using var memory = Open();
        for (int i = 0; i < 100; i++)
            Assert.True(new RecordTree(memory).TrySet("/record"u8, new byte[1000 + i]));
        memory.Publish();
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_whole_one_is_used()
    {
        AssertUsed();
        Assert.Empty(log);
    }

    [Fact]
    public void One_whose_older_root_is_damaged_is_used()
    {
        Damage(OlderRoot, 32); // as a process leaves it that dies while it publishes
        AssertUsed();
    }

    [Fact]
    public void One_without_a_whole_root_is_set_aside()
    {
        Damage(NewerRoot, 32);
        Damage(OlderRoot, 32);
        AssertSetAside("none of its two published states is whole");
    }

    [Fact]
    public void One_of_another_format_is_set_aside()
    {
        Damage(0, 8);
        AssertSetAside("it is not a store of this version");
    }

    [Fact]
    public void One_of_another_boot_is_set_aside()
    {
        Damage(16, 16);
        AssertSetAside("it is of another boot of the host");
    }

    [Fact]
    public void One_with_other_blocks_is_set_aside()
    {
        Damage(FirstBlock, (int)new FileInfo(Store).Length - FirstBlock);
        AssertSetAside("its root is no node");
    }

    [Fact]
    public void A_shorter_one_is_set_aside()
    {
        using (var file = File.OpenWrite(Store))
            file.SetLength(FirstBlock);
        AssertSetAside("a block refers to what is none");
    }

    // Found by the fuzzer, as all up to Four_are_kept: the state was used, and what was damaged ended the process later.
    [Theory]
    [InlineData("a node is longer than its block", 18, 0xFF)] // the length of its value
    [InlineData("a node is longer than its block", 21, 0x7F)] // how many permissions it has
    [InlineData("a node has an unknown permission", 26, 0x07)]
    [InlineData("is younger than the store", 7, 0x7F)] // the epoch in which it was born
    [InlineData("lies where no block can lie", 0, 0x1B)] // its own length
    public void One_with_a_damaged_node_is_set_aside(string reason, int place, byte value)
    {
        Damage(RecordsRoot + place, [value]);
        AssertSetAside(reason);
    }

    [Fact]
    public void One_whose_node_has_a_value_for_a_child_is_set_aside()
    {
        int value = Number(Block(Number(RecordsRoot + FirstChild)) + FirstChild); // of the only record, which has no child before it
        Damage(RecordsRoot + FirstChild, BitConverter.GetBytes(value));
        AssertSetAside("a child is no node");
    }

    [Fact]
    public void One_whose_output_lies_outside_of_its_area_is_set_aside()
    {
        using (var memory = Open())
        {
            memory.Outgoing.Add(0, 1, 0, 100);
            memory.Publish();
        }
        int newest = Math.Max(Number(NewerRoot), Number(OlderRoot));
        Damage(FileLayout.Outgoing + (newest & 1) * FileLayout.OutgoingSize + 20, [0xFF, 0xFF, 0, 0]);
        AssertSetAside("what waits for a client lies where it cannot lie");
    }

    [Fact]
    public void One_whose_received_bytes_lie_outside_of_their_area_is_set_aside()
    {
        using (var memory = Open())
        {
            Assert.True(memory.Calls.TryNoteReceive(0, 1, 100, out _, out _));
            memory.Calls.Ended(100);
        }
        Damage(FileLayout.Calls + 16, [0xFF, 0xFF, 0xFF, 0]);
        AssertSetAside("what a client has sent lies where it cannot lie");
    }

    [Fact]
    public void One_that_cannot_be_used_takes_no_memory_any_more()
    {
        Damage(0, 8);
        Assert.Throws<InvalidDataException>(() => new StoreMemory(Store, 64 << 20, 0));
        Assert.DoesNotContain(File.ReadLines("/proc/self/maps"), line => line.Contains(Store, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("/domain/70000", "a record's name is no domain")]
    [InlineData("/domain/1", "a record is too short")]
    [InlineData("/epoch/1", "a record is too short")]
    [InlineData("/globals", "a record is too short")]
    public void One_with_a_damaged_record_is_refused(string record, string reason) =>
        AssertRefused(record, [], reason);

    [Fact]
    public void One_with_a_watch_of_no_path_is_refused()
    {
        var watch = new FieldWriter();
        watch.Add(0L); // a guest's
        watch.Add((ushort)1);
        watch.Add(-1); // of any depth
        watch.Add(0);
        watch.Add([]);
        watch.Add("token"u8.ToArray());
        AssertRefused("/watch/1", watch.ToArray(), "the path of a watch is none");
    }

    [Fact]
    public void One_whose_special_nodes_have_no_owner_is_refused() =>
        AssertRefused("/globals", GlobalRecord.Write(new(), [new("@introduceDomain", []), new("@releaseDomain", [])]),
            "a special node has no permissions");

    // A child that is not found under its name ends no process that opens it, but may end one that serves.
    [Fact]
    public void One_after_a_process_that_did_not_serve_is_looked_at_in_full()
    {
        using var core = new Core();
        File.Delete(Store);
        using (var memory = Open())
        {
            new XenStore(memory, core, core, core).Publisher.PublishAndReclaim(1);
            memory.Serves();
        }
        int newest = Number(NewerRoot) > Number(OlderRoot) ? NewerRoot : OlderRoot, root = Block(Number(newest + 24));
        Damage(root + FirstChild + 4, [(byte)~File.ReadAllBytes(Store)[root + FirstChild + 4]]); // the tag of its only child
        Check(core);
        Assert.Empty(log);
        Assert.Contains("is not found under its name", Assert.Throws<InvalidDataException>(() => Check(core)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Four_are_kept_and_no_more()
    {
        for (int i = 0; i < 4; i++)
            File.WriteAllText($"{Store}.aside-{i}", "earlier");
        Damage(0, 8);
        using (var memory = Open())
            Assert.False(memory.IsReopened);
        Assert.Contains("is removed, because 4 are set aside already", Assert.Single(log), StringComparison.Ordinal);
        Assert.All(Directory.GetFiles(folder.Path, "*.aside-*"), file => Assert.Equal("earlier", File.ReadAllText(file)));
    }

    const int FirstChild = 28; // behind the head and one permission

    string Store => folder.File("store");

    int RecordsRoot => Block(Number(NewerRoot + 28));

    static int Block(int granule) => 16 * granule;

    int Number(int offset) => BitConverter.ToInt32(File.ReadAllBytes(Store), offset);

    void Check(Core core)
    {
        var opening = new StoreOpening(Store, 64 << 20, 0, keeper: null, new LineLogger(log));
        using var memory = opening.Open();
        opening.Check(new(memory, core, core, core));
    }

    StoreMemory Open() => new StoreOpening(Store, 64 << 20, 0, keeper: null, new LineLogger(log)).Open();

    void AssertRefused(string record, byte[] value, string reason)
    {
        using var core = new Core();
        using (var memory = Open())
        {
            Assert.True(new RecordTree(memory).TrySet(System.Text.Encoding.ASCII.GetBytes(record), value));
            memory.Publish();
        }
        using var opened = Open();
        Assert.Equal(reason, Assert.Throws<InvalidDataException>(() => new XenStore(opened, core, core, core)).Message);
    }

    void AssertUsed()
    {
        using var memory = Open();
        Assert.True(memory.IsReopened);
        Assert.Equal(1099, new RecordTree(memory).Get("/record"u8)!.Length);
    }

    void AssertSetAside(string reason)
    {
        byte[] damaged = File.ReadAllBytes(Store);
        using (var memory = Open())
        {
            Assert.False(memory.IsReopened);
            Assert.Null(new RecordTree(memory).Get("/record"u8));
        }
        string aside = Assert.Single(Directory.GetFiles(folder.Path, "*.aside-*"));
        Assert.Equal(damaged.AsSpan(0, 64).ToArray(), File.ReadAllBytes(aside).AsSpan(0, 64).ToArray());
        Assert.Contains(reason, Assert.Single(log), StringComparison.Ordinal);
    }

    void Damage(long offset, int length) => Damage(offset, [.. Enumerable.Repeat((byte)0xA5, length)]);

    void Damage(long offset, byte[] bytes)
    {
        using var file = File.OpenWrite(Store);
        file.Position = offset;
        file.Write(bytes);
    }
}
