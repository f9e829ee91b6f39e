using XenDomains.Configuration;
using XenDomains.Facts;
using XenDomains.Planning;
using XenDomains.Planning.Steps;

namespace XenDomains.Tests.Planning;

/// <summary>
/// No image is removed unless its guest was restored from it or an administrator gives it up. A start once removed what a guest that was
/// started by hand had in restoring or, whole, in saving, and what could not be read there.
/// </summary>
public sealed class OvertakenTests
{
    const string Cut = "it is cut off after 9 bytes";

    static SavedImage Image(ImagePlace place, string? fault = null, int number = 0) =>
        new("web", $"/save/{place}/{number}", place, fault, DiskVerdict.Unknown, null, DateTime.UnixEpoch, 64);

    static HostFacts Host(bool runs, params SavedImage[] images) =>
        new(DomainsConfig.Parse("XENDOMAINS_SAVE=/save\n", "settings"), [new("/etc/xen/auto/web", "web", Annotations.None)], [],
            runs ? [new(1, "web", "uuid", XlDomainState.Running, 64)] : [], new HashSet<string>(), new HashSet<string>(), images);

    static string Moves(IEnumerable<ImageStep> moves) => string.Join(' ', moves.Select(move => $"{move.Image.Place}:{move.Move}"));

    static string Starts(HostFacts facts) => Moves(Assert.Single(StartPlan.Make(facts).Steps).Moves);

    static string Stops(HostFacts facts) => Moves(Assert.Single(StopPlan.Make(facts).Steps).Moves);

    [Fact]
    public void Whatever_a_guest_that_runs_has_is_kept_as_stale()
    {
        var facts = Host(runs: true, Image(ImagePlace.Saving), Image(ImagePlace.Saved), Image(ImagePlace.Saved, number: 1),
            Image(ImagePlace.Restoring), Image(ImagePlace.Failed, Cut), Image(ImagePlace.Stale));
        const string Kept = "Saving:SetAside Saved:SetAside Saved:SetAside Restoring:SetAside Failed:SetAside";
        Assert.Equal((Kept, Kept), (Starts(facts), Stops(facts)));
    }

    [Fact]
    public void The_image_that_a_guest_runs_from_is_removed_and_what_was_never_whole()
    {
        var facts = Host(runs: true, Image(ImagePlace.Saving, Cut), Image(ImagePlace.Restoring)) with
        {
            RestoredFrom = new HashSet<string> { "/save/Restoring/0" },
        };
        Assert.Equal(("Saving:Remove Restoring:Remove", "Saving:Remove Restoring:Remove"), (Starts(facts), Stops(facts)));
        Assert.Equal("Saving:Remove", Starts(Host(runs: false, Image(ImagePlace.Saving, Cut))));
    }

    // A disk that fails for a moment makes no image half.
    [Fact]
    public void What_cannot_be_read_is_not_taken_for_half_an_image()
    {
        var unread = Image(ImagePlace.Saving, "it cannot be read: Input/output error") with { IsUnread = true };
        Assert.Equal(("Saving:SetAside", "Saving:Quarantine"), (Starts(Host(runs: true, unread)), Starts(Host(runs: false, unread))));
    }
}
