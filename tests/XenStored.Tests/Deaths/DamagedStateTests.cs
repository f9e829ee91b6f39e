using XenStored.Daemon;
using XenStored.Tests.Support;
using XenStored.Tree;
using XenStored.Tree.Storage;

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
        AssertSetAside("a block refers to what is none");
    }

    [Fact]
    public void A_shorter_one_is_set_aside()
    {
        using (var file = File.OpenWrite(Store))
            file.SetLength(FirstBlock);
        AssertSetAside("a block refers to what is none");
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

    string Store => folder.File("store");

    StoreMemory Open() => new StoreOpening(Store, 64 << 20, 0, keeper: null, new LineLogger(log)).Open();

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

    void Damage(long offset, int length)
    {
        using var file = File.OpenWrite(Store);
        file.Position = offset;
        file.Write(Enumerable.Repeat((byte)0xA5, length).ToArray());
    }
}
