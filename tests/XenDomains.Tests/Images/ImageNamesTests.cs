using XenDomains.Configuration;
using XenDomains.Facts;
using XenDomains.Images;
using XenDomains.Planning;
using XenDomains.Planning.Steps;

namespace XenDomains.Tests.Images;

/// <summary>Each guest has a file of its own. The guests a/b and a%2Fb once had the same.</summary>
public sealed class ImageNamesTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("xd").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    SaveFolder Saves => new(folder);

    // What names no guest: its configuration is not in libxl's form, as before Xen 4.5. It can be restored.
    static byte[] Nameless()
    {
        byte[] image = ImageBytes.Of("x");
        image[36] = 0; // neither JSON nor the second form of the stream
        return image;
    }

    [Theory]
    [InlineData("web", "web"), InlineData("with blank", "with blank"), InlineData("a.b", "a.b"), InlineData("a/b", "a%2Fb")]
    [InlineData(".hidden", "%2Ehidden"), InlineData("a%2Fb", "a%252Fb"), InlineData("%2Ehidden", "%252Ehidden")]
    [InlineData("50%", "50%25"), InlineData("..", "%2E."), InlineData("/%", "%2F%25"), InlineData("web%.1", "web%25.1")]
    public void A_file_name_means_one_guest(string guest, string fileName)
    {
        Assert.Equal(fileName, ImageNames.Of(guest));
        Assert.Equal(guest, ImageNames.Guests(fileName, isOfAll: true)[0]);
        Assert.Equal(guest, ImageNames.Guests(ImageNames.Numbered(fileName, 12), isOfAll: false)[0]);
        Assert.Equal(fileName, ImageNames.WithoutNumber(ImageNames.Numbered(fileName, 12)));
    }

    [Fact]
    public void No_two_guests_have_one_file()
    {
        const string Letters = "%25F/.E";
        string[] guests = [.. from one in Letters from two in Letters from three in Letters from four in Letters from five in Letters
                              select new string([one, two, three, four, five])];
        Assert.Equal(guests.Length, guests.Select(ImageNames.Of).Distinct().Count());
        Assert.All(guests, guest => Assert.Equal(guest, ImageNames.Guests(ImageNames.Of(guest), isOfAll: false)[0]));
        Assert.DoesNotContain(guests, guest => ImageNames.WithoutNumber(ImageNames.Of(guest)) != ImageNames.Of(guest));
    }

    [Fact]
    public void Guests_whose_names_were_one_file_are_both_saved_and_restored()
    {
        string[] guests = ["a/b", "a%2Fb"];
        foreach (string guest in guests)
        {
            string file = Saves.Begin(guest, 1000, out _);
            File.WriteAllBytes(file, ImageBytes.Of(guest));
            Assert.Null(Saves.Finish(guest, file));
        }
        Assert.Equal(guests.Order(), Saves.Images().Select(image => image.Name).Order());
        foreach (var image in Saves.Images())
            Saves.BeginRestore(image);
        Assert.Equal(2, Saves.Images().Count(image => image.Place == ImagePlace.Restoring));
    }

    // As an earlier version or upstream's script wrote them: the image itself tells its guest.
    [Theory]
    [InlineData("a%2Fb", "a%2Fb"), InlineData("a%2Fb", "a/b"), InlineData("50%", "50%"), InlineData("50%25", "50%25")]
    [InlineData("web%.1", "web%.1"), InlineData("%2Ehidden", "%2Ehidden")]
    public void An_image_that_names_its_guest_is_found_and_restored_whatever_its_file_is_called(string fileName, string guest)
    {
        File.WriteAllBytes(Path.Combine(folder, fileName), ImageBytes.Of(guest));
        Directory.CreateDirectory(Path.Combine(folder, ".xendomains/disks"));
        File.WriteAllText(Path.Combine(folder, ".xendomains/disks", fileName), "- /disk\n");
        var step = Assert.Single(StartPlan.Make(Host(guest)).Steps);
        Assert.Equal((StartAction.Restore, guest), (step.Action, step.Name));
        string file = Saves.BeginRestore(step.Image!);
        Assert.Equal((guest, file), Assert.Single(Saves.Images()) is var image ? (image.Name, image.File) : default);
        string marks = Assert.Single(Directory.EnumerateFiles(Path.Combine(folder, ".xendomains/disks")));
        Assert.Equal(Path.GetFileName(file), Path.GetFileName(marks));
    }

    [Theory]
    [InlineData("web", "web"), InlineData("50%", "50%"), InlineData("x%2Ey", "x%2Ey")]
    public void An_image_that_names_no_guest_is_restored_where_its_file_name_has_one_meaning(string fileName, string guest)
    {
        File.WriteAllBytes(Path.Combine(folder, fileName), Nameless());
        Assert.Equal((StartAction.Restore, guest),
            Assert.Single(StartPlan.Make(Host()).Steps) is var step ? (step.Action, step.Name) : default);
    }

    [Theory]
    [InlineData("a%2Fb", "a/b", "a%2Fb"), InlineData("50%25", "50%", "50%25"), InlineData("web%.1", "web", "web%.1")]
    public void Where_a_file_name_has_two_meanings_neither_guest_is_started_and_the_image_stays(string fileName, string one, string other)
    {
        File.WriteAllBytes(Path.Combine(folder, fileName), Nameless());
        foreach (var discards in (HashSet<string>[])[[], [""]])
            foreach (string guest in (string[])[one, other])
            {
                var step = Assert.Single(StartPlan.Make(Host(one, other), discards).Steps, step => step.Name == guest);
                Assert.Equal(StartAction.Blocked, step.Action);
                Assert.Contains($"{fileName} is an image of {one} or of {other}: it does not name its guest", step.Why,
                    StringComparison.Ordinal);
                Assert.Empty(step.Moves);
            }
        foreach (string guest in (string[])[one, other])
        {
            var running = Host(one, other) with { Domains = [new(1, guest, "uuid", XlDomainState.Running, 64)] };
            Assert.Empty(StartPlan.Make(running).Steps.SelectMany(step => step.Moves));
            Assert.Empty(StopPlan.Make(running).Steps.SelectMany(step => step.Moves));
        }
    }

    HostFacts Host(params string[] auto) =>
        new(DomainsConfig.Parse("XENDOMAINS_SAVE=/save\n", "settings"),
            [.. auto.Select(guest => new GuestConfig($"/etc/xen/auto/{guest.Replace('/', '_')}", guest, Annotations.None))], [], [],
            new HashSet<string>(), new HashSet<string>(), Saves.Images());
}
