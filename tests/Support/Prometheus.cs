using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Xen.Support;

/// <summary>Debian's Prometheus with our alert rules. It scrapes one port of this machine each second.</summary>
public sealed class Prometheus : IDisposable
{
    const string Unpacked = "tests/XenCommons.Tests/cache/prometheus/usr/bin/"; // by prometheus.sh

    readonly TempFolder folder = new();
    readonly DaemonProcess process;
    readonly HttpClient client;

    /// <summary>Starts it.</summary>
    /// <param name="port">What it scrapes.</param>
    public Prometheus(int port)
    {
        string address = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{FreePort.Find()}");
        File.WriteAllText(folder.File("prometheus.yml"), $$"""
            global: {scrape_interval: 1s}
            scrape_configs: [{job_name: xen, static_configs: [{targets: ['127.0.0.1:{{port}}']}]}]
            rule_files: ['{{Checkout.Path("packaging/prometheus/xen.rules.yml")}}']
            """);
        process = new(new(Program("prometheus"), ["--config.file=" + folder.File("prometheus.yml"),
            "--storage.tsdb.path=" + folder.File("data"), "--web.listen-address=" + address])
        {
            RedirectStandardInput = true,
            RedirectStandardError = true,
        });
        client = new() { BaseAddress = new("http://" + address) };
    }

    /// <summary>What it has said.</summary>
    public string Said => process.Said;

    /// <summary>A program of Debian's package, which need not be installed.</summary>
    public static string Program(string name) => File.Exists(Checkout.Path(Unpacked + name)) ? Checkout.Path(Unpacked + name) : name;

    /// <summary>
    /// Each query of the dashboard that we ship, with what Grafana would put in. Where one looks for something that is wrong, what it
    /// looks at must be there.
    /// </summary>
    public static IEnumerable<string> Queries()
    {
        using var dashboard = JsonDocument.Parse(File.ReadAllText(Checkout.Path("packaging/grafana/xen-host.json")));
        foreach (var panel in dashboard.RootElement.GetProperty("panels").EnumerateArray())
            if (panel.TryGetProperty("targets", out var targets))
                foreach (var target in targets.EnumerateArray())
                    yield return Regex.Replace(target.GetProperty("expr").GetString()!
                        .Replace("$host", ".*", StringComparison.Ordinal).Replace("$__rate_interval", "1m", StringComparison.Ordinal),
                        @" == [01]( unless .*)?$", "");
    }

    /// <summary>The values that a query has as its answer; none also while Prometheus does not answer.</summary>
    public double[] Values(string query)
    {
        try
        {
            using var answer = JsonDocument.Parse(client.GetStringAsync("/api/v1/query?query=" + Uri.EscapeDataString(query)).Result);
            return
            [
                .. from one in answer.RootElement.GetProperty("data").GetProperty("result").EnumerateArray()
                   select double.Parse(one.GetProperty("value")[1].GetString()!, CultureInfo.InvariantCulture),
            ];
        }
        catch (AggregateException e) when (e.InnerException is HttpRequestException)
        {
            return [];
        }
    }

    /// <summary>Ends it.</summary>
    public void Dispose()
    {
        client.Dispose();
        process.Dispose();
        folder.Dispose();
    }
}
