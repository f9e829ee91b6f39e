using XenDomains.Configuration;

namespace XenDomains.Tests.Configuration;

/// <summary>The comments in a guest's configuration that xendomains reads.</summary>
public sealed class AnnotationsTests
{
    [Fact]
    public void All_words_are_understood()
    {
        var faults = new List<string>();
        var notes = Annotations.Parse("""
            name = "web"
            # a comment of somebody else's
            # xendomains: priority=-5 after=db,dns requires="my storage"
            #xendomains: ready=tcp:10.0.0.5:80 ready-within=30 wait=/dev/vg/web,mount:/srv wait-within=10
            # xendomains: retries=1 start-within=60 stop=save,shutdown save-within=100 shutdown-within=20
            """, "web", faults);
        Assert.Empty(faults);
        Assert.Equal(-5, notes.Priority);
        Assert.Equal(["db", "dns"], notes.After);
        Assert.Equal(["my storage"], notes.Requires);
        Assert.Equal(new ReadyRule.Tcp("10.0.0.5", 80), notes.Ready);
        Assert.Equal(TimeSpan.FromSeconds(30), notes.ReadyWithin);
        Assert.Equal(["/dev/vg/web", "mount:/srv"], notes.Wait);
        Assert.Equal(TimeSpan.FromSeconds(10), notes.WaitWithin);
        Assert.Equal(1, notes.Retries);
        Assert.Equal(TimeSpan.FromSeconds(60), notes.StartWithin);
        Assert.Equal([StopWay.Save, StopWay.Shutdown], notes.Stop!);
        Assert.Equal(TimeSpan.FromSeconds(100), notes.Within[StopWay.Save]);
        Assert.Equal(TimeSpan.FromSeconds(20), notes.Within[StopWay.Shutdown]);
    }

    [Theory]
    [InlineData("ready=store:data/up", "store:data/up")]
    [InlineData("ready=store:/x/y=1", "store:/x/y=1")]
    [InlineData("ready=drivers", "drivers")]
    [InlineData("ready=tcp:[fe80::1]:22", "tcp:fe80::1:22")]
    public void Readiness_is_a_port_a_node_or_the_drivers(string word, string ready) =>
        Assert.Equal(ready, Annotations.Parse("# xendomains: " + word, "web", []).Ready!.ToString());

    [Theory]
    [InlineData("before=x"), InlineData("priority=high"), InlineData("ready=soon"), InlineData("ready=tcp:host")]
    [InlineData("ready=tcp:host:0"), InlineData("ready=store:=1")]
    [InlineData("stop=sleep"), InlineData("save-within=0"), InlineData("sleep-within=3"), InlineData("after="), InlineData("word")]
    public void A_word_that_is_not_understood_is_named_with_its_line(string word)
    {
        var faults = new List<string>();
        Annotations.Parse("name='web'\n# xendomains: priority=1 " + word, "/etc/xen/auto/web", faults);
        Assert.StartsWith($"/etc/xen/auto/web:2: \"{word}\"", Assert.Single(faults), StringComparison.Ordinal);
    }

    [Fact]
    public void Only_comments_count() =>
        Assert.Same(Annotations.None, Annotations.Parse("extra = \"xendomains: priority=1\"\nname='xendomains:'\n", "web", []));
}
