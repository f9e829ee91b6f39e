using System.Globalization;
using Xen.Support;

namespace SystemTests;

/// <summary>
/// Debian's Prometheus scrapes a whole Debian on real Xen, through the units that our package brings. `make test-web-host`.
/// </summary>
[Trait("Category", "Web")]
public sealed class PrometheusHostTests
{
    const int LimitMs = 600_000; // an emulated host collects every thirty seconds, and rates need some of them
    const double Memory = 96 << 20; // of each guest

    static readonly string Guests = DomainsFacts.Settings + """
        guest db
        guest web
        # Else the hypervisor's log is not kept, and nothing is counted of it.
        echo XENCONSOLED_TRACE=hv >>/etc/default/xencommons
        # For an address at which a machine outside reaches it, as docs/metrics.md says.
        mkdir -p /etc/systemd/system/xen-metrics.socket.d
        printf '[Socket]\nListenStream=\nListenStream=0.0.0.0:9785\n' >/etc/systemd/system/xen-metrics.socket.d/address.conf
        systemctl enable xen-metrics.socket

        """;

    [Theory]
    [InlineData("4.17")]
    [InlineData("4.20")]
    public void Prometheus_scrapes_a_real_host_and_every_query_of_the_dashboard_has_an_answer(string version)
    {
        int port = FreePort.Find();
        using var host = SystemdHostTests.Installed(
            new(version, "cockpit", CockpitHostTests.Network(port, 9785)), Suite.PagePackageTree, Guests, forGuests: 200);
        host.Run(DomainsFacts.Shell + "up db; up web", 300).Ok();
        using var prometheus = new Prometheus(port);
        Wait.Until(() => prometheus.Values("xen_guest_state{state=\"running\"} == 1").Length == 2,
            () => "Prometheus does not scrape\n" + prometheus.Said, LimitMs);
        foreach (string guest in (string[])["db", "web"])
            Assert.Equal([Memory], prometheus.Values($"xen_domain_memory_bytes{{domain=\"{guest}\"}}"));
        double free = double.Parse(host.Run("xl info | sed -n 's/^free_memory *: //p'").Ok(), CultureInfo.InvariantCulture);
        Assert.InRange(Assert.Single(prometheus.Values("xen_hypervisor_free_memory_bytes")) / (1 << 20), free - 1, free + 2); // rounded
        Wait.Until(() => prometheus.Values("rate(xen_domain_cpu_seconds_total{domain=\"Domain-0\"}[3m]) > 0").Length == 1,
            "dom0 uses no CPU", LimitMs);
        // A daemon that was slow to answer under emulation has its figures only from the next collection on.
        foreach (string query in Prometheus.Queries().Select(query => query.Replace("[1m]", "[3m]", StringComparison.Ordinal)))
            Wait.Until(() => prometheus.Values(query).Length > 0, $"nothing is found by {query}", LimitMs);

        host.Run("xl destroy web; until ! xl domid web; do sleep 0.2; done", 120).Ok();
        Wait.Until(() => prometheus.Values("xen_domain_memory_bytes{domain=\"web\"}").Length == 0, "a domain that is gone stays", LimitMs);
    }
}
