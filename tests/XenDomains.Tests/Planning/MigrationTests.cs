using XenDomains.Configuration;
using XenDomains.Facts;
using XenDomains.Planning;
using XenDomains.Planning.Steps;

namespace XenDomains.Tests.Planning;

/// <summary>Domains that cannot run just now: what a migration receives or has sent, under names of xl's own, and paused guests.</summary>
public sealed class MigrationTests
{
    const string All = "XENDOMAINS_AUTO=/etc/xen/auto\nXENDOMAINS_SAVE=/save\nXENDOMAINS_AUTO_ONLY=false\nXENDOMAINS_SHUTDOWN_ALL=--wait\n";
    const string Gentoos = "AUTODIR=/etc/xen/auto\n";

    static HostFacts Host(string settings, GuestConfig[] auto, params XlDomain[] domains) =>
        new(DomainsConfig.Parse(settings, "settings"), auto, [], domains, new HashSet<string>(), new HashSet<string>(), []);

    static XlDomain Domain(string name, XlDomainState state) => new(7, name, "uuid-7", state, 64);

    static GuestConfig Config(string name, string comment = "") =>
        new($"/etc/xen/auto/{name}", name, Annotations.Parse($"# xendomains: {comment}", name, []));

    static StopStep Step(HostFacts facts, HostEnd end = HostEnd.GoesDown) => Assert.Single(StopPlan.Make(facts, end: end).Steps);

    static string Ways(StopStep step) => string.Join(' ', step.Tries.Select(attempt => attempt.Way));

    // Was saved and shut down like a guest, with Gentoo's file without an end.
    [Theory]
    [InlineData(All), InlineData(Gentoos), InlineData(All + "XENDOMAINS_AUTO_ONLY=true\n")]
    public void What_a_migration_receives_is_left_alone_and_named(string settings)
    {
        var facts = Host(settings, [Config("web")], Domain("web--incoming", XlDomainState.Paused));
        Assert.Equal(("", true, false), (Ways(Step(facts)), Step(facts).IsFault, Step(facts, HostEnd.StaysUp).IsFault));
        Assert.Contains("is being received by a migration", Step(facts).Why, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(All), InlineData(Gentoos)]
    public void What_was_sent_is_left_alone_and_nobody_is_told_to_resume_it(string settings)
    {
        var step = Step(Host(settings, [], Domain("web--migratedaway", XlDomainState.Suspended)));
        Assert.Equal(("", true), (Ways(step), step.IsFault));
        Assert.Contains("never resume both", step.Why, StringComparison.Ordinal);
        Assert.DoesNotContain("xl resume", step.Why, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("web--incoming", nameof(XlDomainState.Paused)), InlineData("web--migratedaway", nameof(XlDomainState.Suspended))]
    public void A_guest_is_not_started_beside_its_own_migration(string name, string state)
    {
        var step = Assert.Single(StartPlan.Make(Host(All, [Config("web")], Domain(name, Enum.Parse<XlDomainState>(state)))).Steps);
        Assert.Equal(StartAction.Blocked, step.Action);
        Assert.Contains("a migration of it is under way", step.Why, StringComparison.Ordinal);
    }

    [Fact]
    public void A_guest_that_only_has_such_a_name_is_a_guest()
    {
        Assert.Equal("Save Shutdown Destroy", Ways(Step(Host(All, [], Domain("web--incoming", XlDomainState.Running)))));
        Assert.Equal("Save Shutdown", Ways(Step(Host(All, [Config("web--incoming")], Domain("web--incoming", XlDomainState.Paused)))));
    }

    [Theory]
    [InlineData(All, "", "Save Shutdown", 60, false)]
    [InlineData(Gentoos, "", "Shutdown", 60, true)] // has no limit, and waited without an end
    [InlineData(Gentoos + "XENDOMAINS_STOP_MAXWAIT=20\n", "", "Shutdown", 20, true)]
    [InlineData(Gentoos, "shutdown-within=5", "Shutdown", 5, true)]
    public void A_paused_guest_cannot_hear_and_is_neither_waited_for_without_an_end_nor_destroyed(
        string settings, string comment, string ways, int seconds, bool isFault)
    {
        var step = Step(Host(settings, [Config("web", comment)], Domain("web", XlDomainState.Paused)));
        Assert.Equal((ways, isFault), (Ways(step), step.IsFault));
        Assert.Equal(TimeSpan.FromSeconds(seconds), step.Tries[^1].Within);
        Assert.Contains("xl unpause 7", step.Why, StringComparison.Ordinal);
    }

    [Fact]
    public void A_paused_guest_that_its_own_comments_destroy_is_destroyed()
    {
        var step = Step(Host(All, [Config("web", "stop=destroy")], Domain("web", XlDomainState.Paused)));
        Assert.Equal(("Destroy", false), (Ways(step), step.IsFault));
    }

    [Fact]
    public void A_paused_guest_outside_the_folder_has_an_end_too()
    {
        var step = Step(Host(Gentoos + "XENDOMAINS_SHUTDOWN_ALL=--wait\n", [], Domain("byhand", XlDomainState.Paused)));
        Assert.Equal(TimeSpan.FromSeconds(60), Assert.Single(step.Tries).Within);
    }
}
