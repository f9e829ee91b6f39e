using XenDomains.Facts;
using XenDomains.Images;
using XenDomains.Planning.Steps;

namespace XenDomains.Tests.Images;

/// <summary>Images on their way, on a real disk.</summary>
public sealed class SaveFolderTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("xd").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    SaveFolder Saves => new(folder);

    void Save(string name, byte[] bytes)
    {
        string file = Saves.Begin(name, 1000, out _);
        File.WriteAllBytes(file, bytes);
        Assert.Null(Saves.Finish(name, file));
    }

    [Theory]
    [InlineData("web"), InlineData("with blank"), InlineData("glob*?[x]")]
    [InlineData("../up"), InlineData(".hidden"), InlineData("\"quoted\""), InlineData("a%2Fb"), InlineData("50%"), InlineData("web%.1")]
    public void An_image_goes_from_its_save_to_its_restore(string name)
    {
        string file = Saves.Begin(name, 1000, out string? refused);
        Assert.Null(refused);
        File.WriteAllBytes(file, ImageBytes.Of(name));
        Assert.Equal((name, ImagePlace.Saving), Only());
        Assert.Null(Saves.Finish(name, file));
        Assert.Equal((name, ImagePlace.Saved), Only());
        string restoring = Saves.BeginRestore(Saves.Images()[0]);
        Assert.Equal((name, ImagePlace.Restoring), Only());
        Assert.True(File.Exists(restoring));
        Saves.Move(Saves.Images()[0], ImageMove.Quarantine);
        Assert.Equal((name, ImagePlace.Failed), Only());
        Saves.Move(Saves.Images()[0], ImageMove.Remove);
        Assert.Empty(Saves.Images());
        Assert.Empty(Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories));

        (string, ImagePlace) Only() => Assert.Single(Saves.Images()) is var image ? (image.Name, image.Place) : default;
    }

    [Fact]
    public void Half_an_image_never_becomes_a_saved_one()
    {
        string file = Saves.Begin("web", 1000, out _);
        File.WriteAllBytes(file, ImageBytes.Of("web")[..^5]);
        Assert.Contains("cut off", Saves.Finish("web", file), StringComparison.Ordinal);
        Assert.Equal(ImagePlace.Saving, Assert.Single(Saves.Images()).Place);
    }

    [Fact]
    public void Room_is_promised_once()
    {
        long most = new DriveInfo(folder).AvailableFreeSpace;
        var saves = Saves;
        string one = saves.Begin("one", most / 2, out string? refused);
        Assert.Null(refused);
        saves.Begin("two", most * 3 / 4, out refused);
        Assert.Contains("has room for", refused, StringComparison.Ordinal);
        saves.End(one);
        saves.Begin("two", most * 3 / 4, out refused);
        Assert.Null(refused);
    }

    [Fact]
    public void A_file_that_an_administrator_put_there_is_read_as_upstream_reads_it()
    {
        File.WriteAllBytes(Path.Combine(folder, "other-name.img"), ImageBytes.Of("web"));
        File.WriteAllText(Path.Combine(folder, "README"), "notes");
        var image = Assert.Single(Saves.Images());
        Assert.Equal(("web", ImagePlace.Saved), (image.Name, image.Place));
        Saves.BeginRestore(image);
        Assert.Equal(ImagePlace.Restoring, Assert.Single(Saves.Images()).Place);
    }

    [Fact]
    public void A_disk_that_was_used_since_is_seen()
    {
        string disk = Path.Combine(folder, "disk.raw");
        File.WriteAllText(disk, "contents");
        Save("web", ImageBytes.Of("web", disks: $$"""[{"pdev_path": "{{disk}}", "vdev": "xvda", "readwrite": 1}]"""));
        Assert.Equal(DiskVerdict.Unchanged, Assert.Single(Saves.Images()).Disks);
        File.AppendAllText(disk, "more");
        var image = Assert.Single(Saves.Images());
        Assert.Equal((DiskVerdict.Changed, disk), (image.Disks, image.Changed));
    }

    [Fact]
    public void Of_an_image_that_somebody_else_wrote_the_times_are_compared()
    {
        string disk = Path.Combine(folder, ".disk"), file = Path.Combine(folder, "web");
        File.WriteAllText(disk, "contents");
        File.WriteAllBytes(file, ImageBytes.Of("web", disks: $$"""[{"pdev_path": "{{disk}}", "vdev": "xvda", "readwrite": 1}]"""));
        File.SetLastWriteTimeUtc(disk, DateTime.UtcNow.AddHours(-1));
        Assert.Equal(DiskVerdict.Unknown, Assert.Single(Saves.Images()).Disks);
        File.SetLastWriteTimeUtc(disk, DateTime.UtcNow.AddHours(1));
        Assert.Equal(DiskVerdict.Changed, Assert.Single(Saves.Images()).Disks);
    }

    [Fact]
    public void A_disk_of_a_driver_domain_is_not_looked_for_in_dom0_and_may_have_changed()
    {
        string disk = Path.Combine(folder, ".disk"); // a file of that name, which is another
        File.WriteAllText(disk, "contents");
        string disks = $$"""[{"backend_domname": "storage", "pdev_path": "{{disk}}", "vdev": "xvda", "readwrite": 1}]""";
        Save("web", ImageBytes.Of("web", disks: disks));
        File.AppendAllText(disk, "more");
        var image = Assert.Single(Saves.Images());
        Assert.Equal((DiskVerdict.Unknown, "storage"), (image.Disks, Assert.Single(image.Backends)));
        File.Delete(Path.Combine(folder, ".xendomains/disks/web")); // as if another had written it
        File.SetLastWriteTimeUtc(disk, DateTime.UtcNow.AddHours(1));
        Assert.Equal(DiskVerdict.Unknown, Assert.Single(Saves.Images()).Disks);
    }
}
