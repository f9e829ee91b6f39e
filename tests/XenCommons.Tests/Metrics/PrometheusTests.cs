using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace XenCommons.Tests.Metrics;

/// <summary>Debian's Prometheus reads what we write: it scrapes a host, and the alerts and the dashboard that we ship work.</summary>
public sealed class PrometheusTests
{
    const string Unpacked = "tests/XenCommons.Tests/cache/prometheus/usr/bin/"; // by prometheus.sh

    [Fact]
    public void Promtool_has_nothing_to_say_of_the_figures()
    {
        using var host = new SimulatedHost("a \"name\"\n\t\u2028'x'");
        host.StartsGuest("b");
        File.WriteAllText(host.File("text"), host.CollectText());
        Assert.Equal((0, "", ""), host.RunProgram("/bin/sh", "-c", $"{Program("promtool")} check metrics <{host.File("text")}"));
    }

    [Theory]
    [InlineData("check", "xen.rules.yml")]
    [InlineData("test", "xen.rules.test.yml")]
    public void The_alerts_are_right(string verb, string file)
    {
        var (status, said, errors) = Programs.Run(Program("promtool"), verb, "rules", Checkout.Path("packaging/prometheus/" + file));
        Assert.True(status == 0, said + errors);
    }

    // Both formats: its own, which the textfile collector has as well, and OpenMetrics, which Prometheus prefers.
    [Fact]
    public async Task Prometheus_scrapes_a_host_and_every_query_of_the_dashboard_has_an_answer()
    {
        using var host = new SimulatedHost("web");
        host.StartsGuest("web");
        int figures = FreePort.Find(), own = FreePort.Find();
        var names = host.Collected().Names.ToList();
        host.StartDaemon("xencommons", [.. host.Metrics, "--every=1", "--file=" + host.File("xen.prom")]);
        host.StartDaemon("xencommons", "metrics", "--serve", "--file=" + host.File("xen.prom"), Listen(figures));
        File.WriteAllText(host.File("prometheus.yml"), $$"""
            global: {scrape_interval: 1s}
            scrape_configs: [{job_name: xen, static_configs: [{targets: ['127.0.0.1:{{figures}}']}]}]
            rule_files: ['{{Checkout.Path("packaging/prometheus/xen.rules.yml")}}']
            """);
        string address = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{own}");
        host.StartDaemon(Program("prometheus"), "--config.file=" + host.File("prometheus.yml"), "--storage.tsdb.path=" + host.File("data"),
            "--web.listen-address=" + address);
        using var client = new HttpClient { BaseAddress = new("http://" + address) };
        await UntilAsync(() => Answers(client, "count_over_time(xen_up[1m]) >= 3") > 0, () => "Prometheus does not scrape\n" + host.Said);
        Assert.Equal(names.Count, Answers(client, "{__name__=~\"xen_.*\"}")); // each series has come, and none was dropped
        Assert.All(Queries(), query => Assert.True(Answers(client, query) > 0, $"nothing is found by {query}"));
    }

    static string Listen(int port) => string.Create(CultureInfo.InvariantCulture, $"--listen=127.0.0.1:{port}");

    // With what Grafana would put in. Where a query looks for something that is wrong, what it looks at must be there.
    static IEnumerable<string> Queries()
    {
        using var dashboard = JsonDocument.Parse(File.ReadAllText(Checkout.Path("packaging/grafana/xen-host.json")));
        foreach (var panel in dashboard.RootElement.GetProperty("panels").EnumerateArray())
            if (panel.TryGetProperty("targets", out var targets))
                foreach (var target in targets.EnumerateArray())
                    yield return Regex.Replace(target.GetProperty("expr").GetString()!
                        .Replace("$host", ".*", StringComparison.Ordinal).Replace("$__rate_interval", "1m", StringComparison.Ordinal),
                        @" == [01]( unless .*)?$", "");
    }

    // How many series a query has as its answer; 0 also while Prometheus does not answer.
    static int Answers(HttpClient client, string query)
    {
        try
        {
            string text = client.GetStringAsync("/api/v1/query?query=" + Uri.EscapeDataString(query)).Result;
            using var answer = JsonDocument.Parse(text);
            return answer.RootElement.GetProperty("data").GetProperty("result").GetArrayLength();
        }
        catch (AggregateException e) when (e.InnerException is HttpRequestException)
        {
            return 0;
        }
    }

    static string Program(string name) => File.Exists(Checkout.Path(Unpacked + name)) ? Checkout.Path(Unpacked + name) : name;
}
