using XenDomains.Configuration;
using XenDomains.Facts;
using XenDomains.Planning;
using XenDomains.Planning.Steps;

namespace XenDomains.Tests.Planning;

/// <summary>A domain that serves a guest's devices comes before it, and goes after it, without a word in comments.</summary>
public sealed class BackendTests
{
    static GuestConfig Config(string name, params string[] backends) =>
        new($"/etc/xen/auto/{name}", name, Annotations.None) { Backends = backends };

    static XlDomain Runs(int id, string name, params string[] backends) =>
        new(id, name, $"uuid-{id}", XlDomainState.Running, 64) { Backends = backends };

    static HostFacts Host(GuestConfig[] auto, XlDomain[]? domains = null, params SavedImage[] images) =>
        new(DomainsConfig.Parse("XENDOMAINS_SAVE=/save\n", "settings"), auto, [], domains ?? [], new HashSet<string>(),
            new HashSet<string>(), images);

    static string Order<TStep>(Plan<TStep> plan, Func<TStep, string> name, Func<TStep, IReadOnlyList<string>> after) =>
        string.Join(' ', plan.Steps.Select(step => after(step).Count == 0 ? name(step) : $"{name(step)}<{string.Join(',', after(step))}"));

    static string Starts(HostFacts facts) => Order(StartPlan.Make(facts), step => step.Name, step => step.After);

    static string Stops(HostFacts facts) => Order(StopPlan.Make(facts), step => step.Name, step => step.After);

    [Fact]
    public void It_starts_before_and_stops_after_whom_it_serves()
    {
        GuestConfig[] auto = [Config("app", "net1", "storage"), Config("net1"), Config("storage")];
        Assert.Equal("net1 storage app<net1,storage", Starts(Host(auto)));
        Assert.Equal(["net1", "storage"], StartPlan.Make(Host(auto)).Steps[^1].Backends);
        Assert.Equal("app net1<app storage<app", Stops(Host(auto, [Runs(3, "app"), Runs(2, "net1"), Runs(1, "storage")])));
    }

    [Fact]
    public void Chains_are_kept_and_circles_are_named()
    {
        Assert.Equal("a b<a c<b", Starts(Host([Config("c", "b"), Config("b", "a"), Config("a")])));
        var circle = StartPlan.Make(Host([Config("a", "b"), Config("b", "a")]));
        Assert.Contains("a circular dependency", Assert.Single(circle.Remarks), StringComparison.Ordinal);
        Assert.All(circle.Steps, step => Assert.Equal(StartAction.Create, step.Action));
    }

    [Fact]
    public void One_that_is_nowhere_is_named_and_xl_is_asked_all_the_same()
    {
        var plan = StartPlan.Make(Host([Config("app", "net1")]));
        Assert.Equal(StartAction.Create, Assert.Single(plan.Steps).Action);
        Assert.Equal("app: its devices come from net1, which neither runs nor is to be started: xl is asked all the same",
            Assert.Single(plan.Remarks));
        Assert.Empty(StartPlan.Make(Host([Config("app", "net1")], [Runs(7, "net1")])).Remarks); // it runs, whoever has started it
    }

    [Fact]
    public void An_image_waits_until_it_is_there_for_a_restore_that_fails_costs_the_image()
    {
        var image = new SavedImage("app", "/save/app", ImagePlace.Saved, null, DiskVerdict.Unknown, null, DateTime.UnixEpoch, 64)
        {
            Backends = ["net1"],
        };
        var held = Assert.Single(StartPlan.Make(Host([], [], image)).Steps);
        Assert.Equal((StartAction.Blocked, "its devices come from net1, which neither runs nor is to be started; its image waits"),
            (held.Action, held.Why));
        Assert.Empty(held.Moves);
        Assert.Equal("net1 app<net1", Starts(Host([Config("net1")], [], image)));
    }

    [Fact]
    public void Guests_without_a_configuration_have_the_order_that_the_store_tells()
    {
        XlDomain[] domains = [Runs(9, "net1"), Runs(3, "byhand", "net1"), Runs(4, "other")];
        Assert.Equal("byhand net1<byhand other", Stops(Host([], domains)));
    }
}
