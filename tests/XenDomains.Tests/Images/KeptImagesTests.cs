using XenDomains.Facts;
using XenDomains.Images;
using XenDomains.Planning.Steps;

namespace XenDomains.Tests.Images;

/// <summary>
/// No image takes the file of another, on a real disk. Each move once replaced what had the same name: a guest with a saved and a failed
/// image lost one of them when it was started by hand, and a stale image lasted only until the next one came.
/// </summary>
public sealed class KeptImagesTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("xd").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    SaveFolder Saves => new(folder);

    string At(string name) => Path.Combine(folder, name);

    // Images of one guest are told apart by their length.
    string Lay(string name, string guest, int pages, string disks = "[]")
    {
        Directory.CreateDirectory(Path.GetDirectoryName(At(name))!);
        File.WriteAllBytes(At(name), ImageBytes.Of(guest, pages, disks));
        return At(name);
    }

    void Save(string guest, int pages, string disks = "[]")
    {
        string file = Saves.Begin(guest, 1000, out _);
        File.WriteAllBytes(file, ImageBytes.Of(guest, pages, disks));
        Assert.Null(Saves.Finish(guest, file));
    }

    SavedImage Only(ImagePlace place) => Assert.Single(Saves.Images(), image => image.Place == place);

    string[] Names(ImagePlace place) =>
        [.. Saves.Images().Where(image => image.Place == place).Select(image => Path.GetFileName(image.File))];

    static long Length(int pages, string guest = "web") => ImageBytes.Of(guest, pages).Length;

    [Fact]
    public void A_saved_and_a_failed_image_that_are_set_aside_are_both_kept_and_so_is_an_older_one()
    {
        Lay(".xendomains/stale/web", "web", 1);
        Lay(".xendomains/failed/web", "web", 2);
        Lay("web", "web", 3);
        Lay("of another name.img", "web", 4);
        foreach (var image in Saves.Images().Where(image => image.Place != ImagePlace.Stale))
            Saves.Move(image, ImageMove.SetAside);
        Assert.Equal(["web", "web%.1", "web%.2", "web%.3"], Names(ImagePlace.Stale));
        Assert.Equal([Length(1), Length(2), Length(3), Length(4)], Saves.Images().Select(image => image.Bytes).Order());
        Assert.All(Saves.Images(), image => Assert.Equal("web", image.Name));
    }

    [Theory]
    [InlineData(nameof(ImageMove.Quarantine), nameof(ImagePlace.Failed)), InlineData(nameof(ImageMove.Return), nameof(ImagePlace.Saved))]
    public void No_move_replaces_an_image(string move, string place)
    {
        var to = Enum.Parse<ImagePlace>(place);
        Lay(to == ImagePlace.Saved ? "web" : ".xendomains/failed/web", "web", 1);
        Lay(".xendomains/restoring/web", "web", 2);
        Saves.Move(Only(ImagePlace.Restoring), Enum.Parse<ImageMove>(move));
        Assert.Equal(["web", "web%.1"], Names(to));
        Assert.Equal([Length(1), Length(2)], Saves.Images().Select(image => image.Bytes));
    }

    [Fact]
    public void A_restore_that_begins_replaces_no_other_that_has_begun()
    {
        Lay(".xendomains/restoring/web", "web", 1);
        Lay("web", "web", 2);
        Assert.Equal(At(".xendomains/restoring/web%.1"), Saves.BeginRestore(Only(ImagePlace.Saved)));
        Assert.Equal(2, Saves.Images().Count);
    }

    [Fact]
    public void A_new_image_has_the_usual_name_and_what_was_there_is_set_aside()
    {
        Save("web", 1);
        Save("web", 2);
        Assert.Equal((At("web"), Length(2)), (Only(ImagePlace.Saved).File, Only(ImagePlace.Saved).Bytes));
        Assert.Equal(Length(1), Only(ImagePlace.Stale).Bytes);
    }

    [Fact]
    public void A_new_image_takes_no_name_from_an_image_of_another_guest()
    {
        Lay("web", "db", 1);
        Save("web", 2);
        Assert.Equal([("db", "web"), ("web", "web%.1")], Saves.Images().Select(image => (image.Name, Path.GetFileName(image.File))));
    }

    [Fact]
    public void A_save_is_written_over_no_whole_image_that_an_earlier_one_has_left()
    {
        Lay(".xendomains/saving/web", "web", 1);
        Assert.False(File.Exists(Saves.Begin("web", 1000, out _)));
        Assert.Equal(Length(1), Only(ImagePlace.Stale).Bytes);
        File.WriteAllBytes(At(".xendomains/saving/web"), ImageBytes.Of("web")[..^5]);
        Assert.Equal(At(".xendomains/saving/web"), Saves.Begin("web", 1000, out _)); // half an image is of no use
        Saves.Drop(Lay(".xendomains/saving/web", "web", 2));
        Assert.Equal(["web", "web%.1"], Names(ImagePlace.Stale));
        Assert.Equal(2, Saves.Images().Count);
    }

    // The marks of each image go where it goes, and are never taken for another's.
    [Fact]
    public void Marks_follow_their_image_whatever_name_it_gets()
    {
        string disk = At(".disk"), disks = $$"""[{"pdev_path": "{{disk}}", "vdev": "xvda", "readwrite": 1}]""";
        File.WriteAllText(disk, "contents");
        Save("web", 1, disks);
        Saves.Move(Only(ImagePlace.Saved), ImageMove.Quarantine);
        File.AppendAllText(disk, "more");
        Save("web", 2, disks); // its own name is the failed one's
        Assert.Equal(("web%.1", DiskVerdict.Unchanged), (Names(ImagePlace.Saved)[0], Only(ImagePlace.Saved).Disks));
        Assert.Equal(DiskVerdict.Changed, Only(ImagePlace.Failed).Disks);
        Saves.BeginRestore(Only(ImagePlace.Saved));
        Assert.Equal(DiskVerdict.Unchanged, Only(ImagePlace.Restoring).Disks);
        Saves.Move(Only(ImagePlace.Failed), ImageMove.SetAside);
        Assert.Equal(DiskVerdict.Unchanged, Only(ImagePlace.Restoring).Disks);
        Saves.Move(Only(ImagePlace.Restoring), ImageMove.Return);
        Assert.Equal(("web", DiskVerdict.Unchanged), (Names(ImagePlace.Saved)[0], Only(ImagePlace.Saved).Disks));
        Assert.Equal(["web"], Directory.EnumerateFiles(At(".xendomains/disks")).Select(Path.GetFileName));
        Saves.Move(Only(ImagePlace.Saved), ImageMove.Remove);
        Assert.Empty(Directory.EnumerateFiles(At(".xendomains/disks")));
    }

    // An administrator may have put an image beside another of its name, with which it has the marks in common.
    [Fact]
    public void Marks_that_two_images_have_in_common_stay_until_both_are_gone()
    {
        Save("web", 1);
        Lay(".xendomains/failed/web", "web", 2);
        Saves.Move(Only(ImagePlace.Failed), ImageMove.SetAside);
        Assert.True(File.Exists(At(".xendomains/disks/web")));
        Saves.Move(Only(ImagePlace.Saved), ImageMove.SetAside);
        Assert.False(File.Exists(At(".xendomains/disks/web")));
    }

    // The marks of web were written by way of the file of web.new's, and that one was gone.
    [Fact]
    public void Marks_of_a_guest_are_not_lost_when_those_of_another_are_written()
    {
        Save("web.new", 1);
        Save("web", 1);
        Assert.True(File.Exists(At(".xendomains/disks/web.new")));
    }
}
