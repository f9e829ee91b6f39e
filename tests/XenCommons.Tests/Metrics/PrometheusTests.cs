using System.Globalization;

namespace XenCommons.Tests.Metrics;

/// <summary>Debian's Prometheus reads what we write: it scrapes a host, and the alerts and the dashboard that we ship work.</summary>
public sealed class PrometheusTests
{
    [Fact]
    public void Promtool_has_nothing_to_say_of_the_figures()
    {
        using var host = new SimulatedHost("a \"name\"\n\t\u2028'x'");
        host.StartsGuest("b");
        File.WriteAllText(host.File("text"), host.CollectText());
        Assert.Equal((0, "", ""), host.RunProgram("/bin/sh", "-c", $"{Prometheus.Program("promtool")} check metrics <{host.File("text")}"));
    }

    [Theory]
    [InlineData("check", "xen.rules.yml")]
    [InlineData("test", "xen.rules.test.yml")]
    public void The_alerts_are_right(string verb, string file)
    {
        string rules = Checkout.Path("packaging/prometheus/" + file);
        var (status, said, errors) = Programs.Run(Prometheus.Program("promtool"), verb, "rules", rules);
        Assert.True(status == 0, said + errors);
    }

    // Both formats: its own, which the textfile collector has as well, and OpenMetrics, which Prometheus prefers.
    [Fact]
    public async Task Prometheus_scrapes_a_host_and_every_query_of_the_dashboard_has_an_answer()
    {
        using var host = new SimulatedHost("web");
        host.StartsGuest("web");
        int port = FreePort.Find();
        var names = host.Collected().Names.ToList();
        host.StartDaemon("xencommons", [.. host.Metrics, "--every=1", "--file=" + host.File("xen.prom")]);
        host.StartDaemon("xencommons", "metrics", "--serve", "--file=" + host.File("xen.prom"),
            string.Create(CultureInfo.InvariantCulture, $"--listen=127.0.0.1:{port}"));
        using var prometheus = new Prometheus(port);
        await UntilAsync(() => prometheus.Values("count_over_time(xen_up[1m]) >= 3").Length > 0,
            () => $"Prometheus does not scrape\n{host.Said}{prometheus.Said}");
        Assert.Equal(names.Count, prometheus.Values("{__name__=~\"xen_.*\"}").Length); // each series has come, and none was dropped
        Assert.All(Prometheus.Queries(), query => Assert.True(prometheus.Values(query).Length > 0, $"nothing is found by {query}"));
    }
}
