using Xen.Linux.Files;

namespace Xen.Tests;

/// <summary>A file that is replaced as a whole: a reader finds the old text or the new one.</summary>
public sealed class AtomicFileTests : IDisposable
{
    readonly TempFolder folder = new();

    string Place => folder.File("file");

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_new_text_takes_the_place_of_the_old_and_nothing_else_is_left(bool lasts)
    {
        AtomicFile.Write(Place, "old\n", lasts);
        AtomicFile.Write(Place, "new\n", lasts);
        Assert.Equal("new\n", File.ReadAllText(Place));
        Assert.Equal([Place], Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void Only_the_file_that_is_named_for_it_is_written_before()
    {
        File.WriteAllText(Place + ".new", "another's\n");
        AtomicFile.Write(Place, "text\n", next: folder.File(".file"));
        Assert.Equal(("another's\n", "text\n"), (File.ReadAllText(Place + ".new"), File.ReadAllText(Place)));
        Assert.False(File.Exists(folder.File(".file")));
    }

    [Fact]
    public void Who_has_the_old_one_open_reads_it_to_its_end()
    {
        AtomicFile.Write(Place, "old\n");
        using var opened = new StreamReader(Place);
        AtomicFile.Write(Place, "new\n");
        Assert.Equal("old\n", opened.ReadToEnd());
    }

    [Fact]
    public void One_that_cannot_be_written_leaves_the_old_one()
    {
        AtomicFile.Write(Place, "old\n");
        Directory.CreateDirectory(Place + ".new");
        Assert.Throws<UnauthorizedAccessException>(() => AtomicFile.Write(Place, "new\n"));
        Assert.Equal("old\n", File.ReadAllText(Place));
    }
}
