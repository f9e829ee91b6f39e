using XenCommons.Exposition;
using static XenCommons.Exposition.MetricKind;

namespace XenCommons.Tests.Metrics;

/// <summary>The text of figures, as node_exporter, promtool and Prometheus read it.</summary>
public sealed class MetricTextTests
{
    [Fact]
    public void A_family_is_its_help_its_type_and_its_figures()
    {
        var family = MetricFamily.Each("xen_store_requests_total", Counter, "Requests by type.", [("read", 5.0), ("write", 1e20)],
            one => [("type", one.Item1)], one => one.Item2);
        Assert.Equal("""
            # HELP xen_store_requests_total Requests by type.
            # TYPE xen_store_requests_total counter
            xen_store_requests_total{type="read"} 5
            xen_store_requests_total{type="write"} 1E+20

            """, MetricText.Of([family]));
    }

    [Theory]
    [InlineData("a \"quoted\" name", """a \"quoted\" name""")]
    [InlineData("<b>&amp;</b>", "<b>&amp;</b>")]
    [InlineData("two\nlines", """two\nlines""")]
    [InlineData(@"C:\n", """C:\\n""")]
    [InlineData("} 5\nxen_up 1 # ", """} 5\nxen_up 1 # """)]
    [InlineData("\u2028\u0085\r\v", "\u2028\u0085\r\v")]
    [InlineData("nul\0", "nul\uFFFD")]
    public void A_name_of_whatever_kind_is_only_a_label(string name, string label)
    {
        string text = MetricText.Of([Named(name)]);
        Assert.Equal($"xen_x{{domain=\"{label}\"}} 1", text.Split('\n')[2]);
        Assert.Single(new Series(text).Names);
    }

    [Fact]
    public void Half_of_a_character_is_none() =>
        Assert.Contains("{domain=\"half \uFFFD\"}", MetricText.Of([Named("half " + '\uD83D')]), StringComparison.Ordinal);

    [Fact]
    public void A_long_name_stays_whole() =>
        Assert.Contains($"\"{new string('x', 4000)}\"", MetricText.Of([Named(new string('x', 4000))]), StringComparison.Ordinal);

    // Prometheus drops one of two without a word that an administrator sees, and promtool lets both pass.
    [Fact]
    public void A_series_is_written_once()
    {
        Assert.Single(new Series(MetricText.Of([Named("a", "b", "a")])).Names, name => name == "xen_x{domain=\"a\"}");
        Assert.Single(new Series(MetricText.Of([Named("a\0", "a\uFFFD")])).Names);
    }

    [Fact]
    public void An_empty_label_is_none() => Assert.Equal(1, new Series(MetricText.Of([Named("")]))["xen_x"]);

    [Fact]
    public void A_family_without_figures_is_left_out() => Assert.Equal("", MetricText.Of([Named()]));

    [Fact]
    public void Two_families_of_one_name_are_a_fault_of_ours() =>
        Assert.Throws<ArgumentException>(() => MetricText.Of([Named("a"), Named("b")]));

    [Fact]
    public void OpenMetrics_names_a_counter_without_total_and_says_where_the_end_is()
    {
        string text = OpenMetrics.Of(MetricText.Of([
            MetricFamily.One("xen_a_total", Counter, "Of xen_b_total.", 1), MetricFamily.One("xen_c", Gauge, "A state.", 2),
            Named("_total {"),
        ]));
        Assert.Equal("""
            # HELP xen_a Of xen_b_total.
            # TYPE xen_a counter
            xen_a_total 1
            # HELP xen_c A state.
            # TYPE xen_c gauge
            xen_c 2
            # HELP xen_x Help.
            # TYPE xen_x gauge
            xen_x{domain="_total {"} 1
            # EOF

            """, text);
    }

    static MetricFamily Named(params string[] names) =>
        MetricFamily.Each("xen_x", Gauge, "Help.", names, name => [("domain", name)], _ => 1);
}
