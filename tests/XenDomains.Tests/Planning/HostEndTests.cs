using XenDomains.Configuration;
using XenDomains.Execution;
using XenDomains.Facts;
using XenDomains.Images;
using XenDomains.Planning;
using XenDomains.Planning.Steps;
using XenDomains.Reports;

namespace XenDomains.Tests.Planning;

/// <summary>
/// When the host goes down, every guest is saved or shut down, or the plan has a fault. No guest is cut off in silence. No guest is
/// destroyed that nobody asked to shut down.
/// </summary>
public sealed class HostEndTests
{
    const string Saving = "XENDOMAINS_AUTO=/etc/xen/auto\nXENDOMAINS_SAVE=/save\nXENDOMAINS_STOP_MAXWAIT=300\n";

    static XlDomain Runs(int id, string name, XlDomainState state = XlDomainState.Running) => new(id, name, $"uuid-{id}", state, 64);

    static GuestConfig Config(string name, string comment = "") =>
        new($"/etc/xen/auto/{name}", name, Annotations.Parse($"# xendomains: {comment}", name, []));

    static HostFacts Host(string settings, GuestConfig[] auto, params XlDomain[] domains) =>
        new(DomainsConfig.Parse(settings, "settings"), auto, [], domains, new HashSet<string>(), new HashSet<string>(), []);

    static StopStep Step(HostFacts facts, HostEnd end = HostEnd.GoesDown, IReadOnlyList<StopWay>? ways = null) =>
        Assert.Single(StopPlan.Make(facts, ways: ways, end: end).Steps);

    static string Ways(StopStep step) => string.Join(' ', step.Tries.Select(attempt => attempt.Way));

    [Fact]
    public void With_Debians_file_a_guest_that_was_started_by_hand_is_saved_like_the_others()
    {
        var step = Step(Host(Saving, [], Runs(1, "byhand")));
        Assert.Equal(("Save Shutdown Destroy", false), (Ways(step), step.IsFault));
    }

    [Fact]
    public void With_Gentoos_file_guests_are_shut_down_for_as_long_as_it_takes_and_others_with_the_host()
    {
        const string Settings = "AUTODIR=/etc/xen/auto\nPARALLEL_SHUTDOWN=yes\n";
        var ours = Step(Host(Settings, [Config("web")], Runs(1, "web")));
        Assert.Equal(("Shutdown Destroy", null), (Ways(ours), ours.Tries[0].Within));
        var others = Host(Settings, [], Runs(1, "byhand"));
        Assert.Equal(("Shutdown", false), (Ways(Step(others)), Step(others).IsFault));
        Assert.Equal("", Ways(Step(others, HostEnd.StaysUp))); // a service that stops is no host that does
    }

    // XAPI's guests: xl has no record of them to save them by, and ours destroyed one after its time.
    [Fact]
    public void A_guest_that_another_toolstack_made_is_asked_to_shut_down_and_nothing_more()
    {
        var step = Step(Host(Saving, [], Runs(1, "XOA") with { IsForeign = true }));
        Assert.Equal(("Shutdown", false), (Ways(step), step.IsFault));
        Assert.True(Step(Host(Saving, [], Runs(1, "XOA") with { IsForeign = true }), ways: [StopWay.Save]).IsFault);
    }

    // XCP-ng and Qubes OS have services of their own for it: "it is cut off" was not so.
    [Fact]
    public void Who_owns_the_guests_of_a_host_stops_them_and_those_of_xl_alone_are_cut_off()
    {
        const string OursOnly = Saving + "XENDOMAINS_AUTO_ONLY=true\n";
        var xapi = new GuestOwner("XAPI", "xapi-domains.service", "/etc/xensource-inventory", LeavesRecords: false, UsesNumbersOnce: false);
        var leavesRecords = xapi with { LeavesRecords = true };
        var facts = Host(OursOnly, [], Runs(1, "XOA") with { IsForeign = true }, Runs(2, "byhand")) with { Owner = xapi };
        Assert.Equal([("byhand", true), ("XOA", false)],
            StopPlan.Make(facts, end: HostEnd.GoesDown).Steps.Select(step => (step.Name, step.IsFault)));
        var qubes = Host(OursOnly, [], Runs(1, "sys-net")) with { Owner = leavesRecords };
        Assert.False(Step(qubes).IsFault);
        var asks = Host(OursOnly + "XENDOMAINS_SHUTDOWN_ALL=--wait\n", [], Runs(1, "byhand")) with { Owner = leavesRecords };
        Assert.Equal("Shutdown", Ways(Step(asks))); // the settings say so, and nobody knows whose it is
    }

    [Fact]
    public void A_number_near_the_last_one_is_named_where_none_is_used_twice_and_nowhere_else()
    {
        var facts = Host(Saving, [], Runs(32000, "last"));
        var qubes = new GuestOwner("Qubes OS", "qubes-core.service", "/etc/qubes-release", LeavesRecords: true, UsesNumbersOnce: true);
        Assert.DoesNotContain(Findings(facts), finding => finding.Contains("32000", StringComparison.Ordinal));
        Assert.Contains(Findings(facts with { Owner = qubes }), finding => finding.StartsWith(
            "domain 32000 is near the last number that a domain can have, 32751: Qubes OS uses no number twice", StringComparison.Ordinal));
        Assert.DoesNotContain(Findings(Host(Saving, [], Runs(31000, "early")) with { Owner = qubes }),
            finding => finding.Contains("31000", StringComparison.Ordinal));

        static IReadOnlyList<string> Findings(HostFacts facts) =>
            Preflight.Findings(facts, StartPlan.Make(facts), StopPlan.Make(facts, end: HostEnd.GoesDown), _ => [], null, null);
    }

    [Fact]
    public void A_guest_whose_own_ways_are_all_switched_off_is_told_which_they_are()
    {
        var step = Step(Host("XENDOMAINS_AUTO=/etc/xen/auto\nXENDOMAINS_SAVE=\n", [Config("nodest", "stop=save")], Runs(1, "nodest")));
        Assert.True(step.IsFault);
        Assert.Contains("of the ways that its comments name (stop=save) settings has none switched on", step.Why, StringComparison.Ordinal);
    }

    // The file system of the configurations went away before the guests did.
    [Fact]
    public void Where_nobody_knows_which_guests_are_ours_all_are_stopped_with_the_host_and_none_while_it_stays_up()
    {
        var facts = Host(Saving + "XENDOMAINS_AUTO_ONLY=true\n", [], Runs(1, "web")) with { IsAutoUnknown = true };
        Assert.Equal(("Save Shutdown Destroy", false), (Ways(Step(facts)), Step(facts).IsFault));
        Assert.Equal("", Ways(Step(facts, HostEnd.StaysUp)));
        Assert.Equal(("", true), (Ways(Step(facts, HostEnd.Unknown)), Step(facts, HostEnd.Unknown).IsFault));
    }

    [Fact]
    public async Task Folders_that_are_away_end_no_stop()
    {
        var config = DomainsConfig.Parse("XENDOMAINS_AUTO=/no/such/folder\nXENDOMAINS_SAVE=/save\n", "settings");
        using var commands = new ConcurrencyLimit(1);
        var facts = await Inventory.MakeAsync(config, new World(new Random(1)), new AwayFolder(), commands, isForStop: true);
        Assert.True(facts.IsAutoUnknown);
        Assert.Contains(facts.Config.Faults, fault => fault.Contains("the folder of images cannot be read", StringComparison.Ordinal));
        // A start must know the images.
        await Assert.ThrowsAsync<IOException>(() => Inventory.MakeAsync(config, new World(new Random(1)), new AwayFolder(), commands));
    }

    // Images on a file system that does not answer any more.
    sealed class AwayFolder : ISaveFolder
    {
        public IReadOnlyList<SavedImage> Images(bool looksAtDisks) => throw new IOException("Input/output error");
        public SavedImage? Again(SavedImage image) => throw new NotSupportedException();
        public string Begin(string name, long bytes, out string? refused) => throw new NotSupportedException();
        public void End(string file) => throw new NotSupportedException();
        public string? Finish(string name, string file) => throw new NotSupportedException();
        public void Drop(string file) => throw new NotSupportedException();
        public string BeginRestore(SavedImage image) => throw new NotSupportedException();
        public void Move(SavedImage image, ImageMove move) => throw new NotSupportedException();
    }

    [Theory]
    [InlineData(nameof(XlDomainState.Running), nameof(HostEnd.GoesDown), true)]
    [InlineData(nameof(XlDomainState.Paused), nameof(HostEnd.GoesDown), true)]
    [InlineData(nameof(XlDomainState.Suspended), nameof(HostEnd.GoesDown), true)]
    [InlineData(nameof(XlDomainState.Running), nameof(HostEnd.Unknown), true)]
    [InlineData(nameof(XlDomainState.Running), nameof(HostEnd.StaysUp), false)]
    [InlineData(nameof(XlDomainState.Dying), nameof(HostEnd.GoesDown), false)]
    [InlineData(nameof(XlDomainState.Crashed), nameof(HostEnd.GoesDown), false)]
    [InlineData(nameof(XlDomainState.ShutDown), nameof(HostEnd.GoesDown), false)]
    public void Who_is_left_alone_is_a_fault_where_the_host_may_go_down(string state, string end, bool isFault)
    {
        var step = Step(Host(Saving + "XENDOMAINS_AUTO_ONLY=true\n", [], Runs(1, "byhand", Enum.Parse<XlDomainState>(state))),
            Enum.Parse<HostEnd>(end));
        Assert.Equal((isFault, 0), (step.IsFault, step.Tries.Count));
        Assert.Equal(isFault, step.Why.Contains("it is cut off", StringComparison.Ordinal));
    }

    [Fact]
    public void With_upstreams_own_file_all_others_are_shut_down_with_the_host_and_only_then()
    {
        var facts = Host(Saving + "XENDOMAINS_AUTO_ONLY=true\nXENDOMAINS_SHUTDOWN_ALL=\"--all --wait\"\n", [], Runs(1, "byhand"));
        Assert.Equal(("Shutdown", false), (Ways(Step(facts)), Step(facts).IsFault));
        foreach (var end in (HostEnd[])[HostEnd.StaysUp, HostEnd.Unknown])
            Assert.Equal(("", false), (Ways(Step(facts, end)), Step(facts, end).IsFault));
        Assert.Equal("", Ways(Step(facts, ways: [StopWay.Save]))); // `xendomains save` saves its own
    }

    [Theory]
    [InlineData("XENDOMAINS_SAVE=\nXENDOMAINS_SHUTDOWN=\n", "", "", true)] // was destroyed, though nobody had asked it
    [InlineData("XENDOMAINS_SAVE=\nXENDOMAINS_SHUTDOWN=\nXENDOMAINS_SYSRQ=s\n", "", "SysRq", true)]
    [InlineData("XENDOMAINS_SAVE=\nXENDOMAINS_SHUTDOWN=\nXENDOMAINS_SYSRQ=\"s u o\"\n", "", "SysRq", false)] // o powers it off
    [InlineData("XENDOMAINS_SAVE=/save\nXENDOMAINS_SHUTDOWN=\n", "", "Save", false)]
    [InlineData("XENDOMAINS_SAVE=\nXENDOMAINS_SHUTDOWN=\n", "stop=destroy", "Destroy", false)] // its own comments say so
    [InlineData("XENDOMAINS_SAVE=/save\n", "stop=save,destroy", "Save Destroy", false)]
    [InlineData("XENDOMAINS_SAVE=\nXENDOMAINS_DESTROY=no\n", "", "Shutdown", false)]
    public void What_ends_nobody_is_a_fault(string settings, string comment, string ways, bool isFault)
    {
        var step = Step(Host(settings, [Config("web", comment)], Runs(1, "web")));
        Assert.Equal((ways, isFault), (Ways(step), step.IsFault));
    }

    // At the end of each stop, upstream's script shuts down whatever still runs. Ours once said that no way was switched on, and left
    // guests to be cut off.
    [Theory]
    [InlineData("true", "", "Shutdown Destroy"), InlineData("false", "", "Shutdown Destroy")]
    [InlineData("true", "XENDOMAINS_SAVE=/save", "Save Shutdown Destroy"), InlineData("true", "XENDOMAINS_DESTROY=no", "Shutdown")]
    public void XENDOMAINS_SHUTDOWN_ALL_alone_is_the_last_way_of_each_stop(string autoOnly, string more, string ways)
    {
        var facts = Host(
            $"XENDOMAINS_SAVE=\nXENDOMAINS_SHUTDOWN=\nXENDOMAINS_SHUTDOWN_ALL=\"--all --wait\"\nXENDOMAINS_AUTO_ONLY={autoOnly}\n{more}\n",
            [Config("web")], Runs(1, "web"));
        foreach (var end in Enum.GetValues<HostEnd>())
            Assert.Equal((ways, false), (Ways(Step(facts, end)), Step(facts, end).IsFault));
    }

    [Theory]
    [InlineData("stop=save", "Save Shutdown", "Save"), InlineData("stop=sysrq", "Shutdown", "")]
    [InlineData("stop=save,destroy", "Save Destroy", "Save Destroy")]
    public void With_XENDOMAINS_SHUTDOWN_ALL_a_guests_own_ways_end_in_a_shutdown_only_with_the_host(
        string comment, string goesDown, string staysUp)
    {
        var facts = Host(Saving + "XENDOMAINS_SHUTDOWN_ALL=--wait\n", [Config("web", comment)], Runs(1, "web"));
        Assert.Equal((goesDown, staysUp), (Ways(Step(facts)), Ways(Step(facts, HostEnd.StaysUp))));
    }

    [Theory]
    [InlineData("XENDOMAINS_SAVE=/save\nXENDOMAINS_MIGRATE=other\n", "", "Shutdown Destroy", false)]
    [InlineData("XENDOMAINS_SAVE=/save\n", "stop=save", "Shutdown", false)] // instead
    [InlineData("XENDOMAINS_SAVE=/save\n", "stop=save,destroy", "Shutdown Destroy", false)]
    [InlineData("XENDOMAINS_SAVE=/save\nXENDOMAINS_SHUTDOWN=\n", "", "", true)]
    public void A_guest_with_devices_of_the_host_is_not_saved(string settings, string comment, string ways, bool isFault)
    {
        var byConfiguration = Host(settings, [Config("net", comment) with { HasPci = true }], Runs(1, "net"));
        var byStore = Host(settings, [Config("net", comment)], Runs(1, "net") with { HasPci = true });
        foreach (var facts in (HostFacts[])[byConfiguration, byStore])
        {
            var step = Step(facts);
            Assert.Equal((ways, isFault), (Ways(step), step.IsFault));
            Assert.Contains("PCI devices", step.Why, StringComparison.Ordinal);
            Assert.True(Step(facts, ways: [StopWay.Save]) is { IsFault: true, Tries.Count: 0 }); // xendomains save says that it cannot
        }
    }
}
