using XenDomains.Images;

namespace XenDomains.Tests.Images;

/// <summary>Whose an image is, and whether it is whole, is told by its form.</summary>
public sealed class SaveImageTests
{
    [Fact]
    public void A_whole_image_tells_its_guest_and_disks()
    {
        var image = SaveImage.Read(new MemoryStream(ImageBytes.Of("a guest",
            disks: """[{"pdev_path": "/dev/vg/x", "vdev": "xvda", "readwrite": 1}, {"pdev_path": "/iso", "vdev": "hdc"}]""")));
        Assert.Null(image.Fault);
        Assert.Equal("a guest", image.Guest!.Name);
        Assert.Equal(["/dev/vg/x", "/iso"], image.Guest.Disks.Select(disk => disk.Target));
        Assert.Equal([true, false], image.Guest.Disks.Select(disk => disk.IsWritable));
    }

    [Fact]
    public void Cut_off_anywhere_it_is_not_whole()
    {
        byte[] whole = ImageBytes.Of("x");
        for (int length = 0; length < whole.Length; length++)
            Assert.NotNull(SaveImage.Read(new MemoryStream(whole, 0, length)).Fault);
        Assert.Null(SaveImage.Read(new MemoryStream(whole)).Fault);
        Assert.NotNull(SaveImage.Read(new MemoryStream([.. whole, 0])).Fault);
    }

    [Fact]
    public void Whatever_a_file_holds_the_look_ends()
    {
        var random = new Random(1);
        byte[] whole = ImageBytes.Of("x");
        for (int i = 0; i < 20_000; i++)
        {
            byte[] broken = [.. whole];
            for (int change = random.Next(1, 4); change > 0; change--)
                broken[random.Next(random.Next(2) == 0 ? 200 : broken.Length)] = (byte)random.Next(256);
            SaveImage.Read(new MemoryStream(broken));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("notes of an administrator")]
    [InlineData("notes of an administrator that are longer than the header of an image")]
    public void What_is_no_image_is_told_from_one(string text) =>
        Assert.True(SaveImage.Read(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text))).IsOther);
}
