using Xen.Linux;
using Xen.Linux.Files;

namespace Xen.Tests;

/// <summary>A file gets a name that is free, or keeps its own.</summary>
public sealed class FolderTests : IDisposable
{
    readonly TempFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_name_that_is_taken_is_not_taken_away()
    {
        string one = folder.File("one"), two = folder.File("two");
        File.WriteAllText(one, "one");
        File.WriteAllText(two, "two");
        Assert.False(Folder.TryRename(one, two));
        Assert.Equal(("one", "two"), (File.ReadAllText(one), File.ReadAllText(two)));
        Assert.False(Folder.TryRename(one, one));
        Assert.True(Folder.TryRename(one, folder.File("three")));
        Assert.Equal("one", File.ReadAllText(folder.File("three")));
        Assert.False(File.Exists(one));
        // A link that leads to nothing is a name, too.
        File.CreateSymbolicLink(one, "/nonexistent");
        Assert.False(Folder.TryRename(two, one));
        Assert.Equal(Errno.ENOENT, Assert.Throws<PosixException>(() => Folder.TryRename(folder.File("none"), folder.File("four"))).Errno);
    }
}
