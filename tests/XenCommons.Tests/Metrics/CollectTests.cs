using System.Text.Json;
using System.Text.RegularExpressions;
using XenCommons.Figures;

namespace XenCommons.Tests.Metrics;

/// <summary>The figures of a host with all daemons: what is there, what goes with a domain, and what a daemon that is away costs.</summary>
public sealed class CollectTests
{
    const string Hostile = "we\"b<i>}\n# x\\";

    [Fact]
    public void Each_source_has_its_figures_and_a_domain_that_is_gone_has_none()
    {
        using var host = new SimulatedHost("web");
        host.StartsGuest("web");
        var series = host.Collected();
        AllIsThere(series);
        host.GuestEnds();
        Until(() => !host.Collect().Names.Any(name => name.Contains("domain=\"web\"", StringComparison.Ordinal)
            || name.Contains($"domid=\"{SimulatedHost.Domid}\"", StringComparison.Ordinal)), "a domain that is gone still has figures");
        host.DaemonsEnd();
        series = host.Collect();
        Assert.Equal([0, 0, 1, 0, 1], Sources.Select(source => series[$"xen_up{{source=\"{source}\"}}"]));
        Assert.DoesNotContain(series.Families, family => family.StartsWith("xen_store_", StringComparison.Ordinal));
    }

    [Fact]
    public void A_hostile_name_is_a_label_of_its_own_figures_only()
    {
        using var host = new SimulatedHost(Hostile);
        var series = host.Collect(); // it throws if a line or a series were not one
        Assert.Equal(1, series["xen_domain_vcpus{domid=\"7\",domain=\"we\\\"b<i>}\\n# x\\\\\"}"]);
        Assert.All(series.Names, name => Assert.StartsWith("xen_", name, StringComparison.Ordinal));
    }

    // Both answer `status` in their own ways.
    [Theory]
    [InlineData("c417")]
    [InlineData("oxen")]
    public void Another_store_than_ours_is_up_and_has_no_figures(string kind)
    {
        using var host = new DaemonStage();
        using var store = new StoreProcess(kind);
        host.Environment["XENSTORED_PATH"] = store.Socket;
        var series = new Series(host.RunProgram("xencommons", "metrics", "--hypervisor=none", "--programs=" + host.Folder,
            "--root=" + host.Folder).Output);
        Assert.Equal(1, series["xen_up{source=\"store\"}"]);
        Assert.DoesNotContain(series.Families, family => family.StartsWith("xen_store_", StringComparison.Ordinal));
    }

    [Fact]
    public void A_status_of_another_form_costs_the_figures_of_its_daemon_only()
    {
        using var host = new DaemonStage();
        File.WriteAllText(host.File("xenwatchdogd"), """
            #!/bin/sh
            echo '{"timer": {"lateness": {"at_most_ms": [[1], "x"]}}}'
            """);
        File.SetUnixFileMode(host.File("xenwatchdogd"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var series = new Series(host.RunProgram("xencommons", "metrics", "--hypervisor=none", "--programs=" + host.Folder,
            "--root=" + host.Folder).Output);
        Assert.Equal(0, series["xen_up{source=\"watchdog\"}"]);
        Assert.NotNull(series["xen_doctor_findings{severity=\"error\"}"]);
    }

    [Fact]
    public void Readers_of_the_read_only_socket_are_counted_apart()
    {
        var status = JsonElement.Parse("""
            {"connections":9,"watches":9,"transactions":9,
             "readers":{"connections":1,"watches":2,"transactions":3,"clients_refused":4,"requests_refused":5}}
            """);
        var told = StoreFigures.Of(status, [], new(new Dictionary<int, string>()))
            .Where(family => family.Name.StartsWith("xen_store_reader_", StringComparison.Ordinal));
        Assert.Equal(
            [("connections", 1d), ("watches", 2), ("transactions", 3), ("connections_refused_total", 4), ("refusals_total", 5)],
            told.Select(family => (family.Name["xen_store_reader_".Length..], family.Samples.Single().Value)));
    }

    [Fact]
    public void The_file_is_replaced_as_a_whole_and_everybody_may_read_it()
    {
        using var host = new DaemonStage();
        string[] words = ["metrics", "--hypervisor=none", "--programs=" + host.Folder, "--root=" + host.Folder];
        File.WriteAllText(host.File("xen.prom"), "half a li");
        File.SetUnixFileMode(host.File("xen.prom"), UnixFileMode.UserRead);
        Assert.Equal(0, host.RunProgram("xencommons", [.. words, "--file=" + host.File("xen.prom")]).Status);
        Assert.Equal(0, new Series(File.ReadAllText(host.File("xen.prom")))["xen_up{source=\"consoles\"}"]);
        Assert.Equal("rw-r--r--", Mode(host.File("xen.prom")));
        Assert.DoesNotContain(Directory.EnumerateFiles(host.Folder), file => file.EndsWith(".new", StringComparison.Ordinal));
        Assert.Equal(1, host.RunProgram("xencommons", [.. words, "--file=" + host.File("nowhere/xen.prom")]).Status);
    }

    [Fact]
    public void It_is_written_again_and_again_where_no_timer_does_that()
    {
        using var host = new DaemonStage();
        host.StartDaemon("xencommons", "metrics", "--hypervisor=none", "--programs=" + host.Folder, "--root=" + host.Folder,
            "--file=" + host.File("xen.prom"), "--every=1");
        for (int times = 0; times < 2; times++)
        {
            Until(() => File.Exists(host.File("xen.prom")), "the file is not written");
            File.Delete(host.File("xen.prom"));
        }
    }

    // docs/metrics.md has a row for each family.
    [Fact]
    public void The_docs_tell_of_each_family_and_of_no_other()
    {
        using var host = new SimulatedHost("web");
        host.StartsGuest("web");
        var told = Regex.Matches(File.ReadAllText(Checkout.Path("docs/metrics.md")), @"^\| `(xen_\w+)`", RegexOptions.Multiline)
            .Select(row => row.Groups[1].Value);
        Assert.Equal(host.Collected().Families.Order(StringComparer.Ordinal), told.Order(StringComparer.Ordinal));
    }

    static readonly string[] Sources = ["store", "consoles", "guests", "watchdog", "hypervisor"];

    static void AllIsThere(Series series)
    {
        string labels = SimulatedHost.Labels, console = $"{{{labels},console=\"pv0\"}}";
        Assert.All(Sources, source => Assert.Equal(1, series[$"xen_up{{source=\"{source}\"}}"]));
        Assert.True(series["xen_store_requests_total{type=\"write\"}"] >= 7);
        Assert.Equal(0, series["xen_store_refusals_total{quota=\"nodes\"}"]);
        Assert.True(series["xen_store_longest_iteration_seconds"] >= 0);
        Assert.Equal(0, series["xen_store_restarts_total"]);
        Assert.Equal(0, series[$"xen_store_domain_queue_bytes{{{labels}}}"]);
        Assert.True(series["xen_store_domain_nodes{domid=\"0\"}"] > 0);
        Assert.True(series[$"xen_console_output_bytes_total{console}"] > 0);
        Assert.Equal(0, series[$"xen_console_log_failing{console}"]);
        Assert.Equal(12, series["xen_hypervisor_log_bytes_total"]);
        Assert.Equal(1, series["xen_guest_state{domain=\"web\",state=\"running\"}"]);
        Assert.Equal(0, series["xen_guest_state{domain=\"web\",state=\"crashed\"}"]);
        Assert.Equal(1, series["xen_guest_wanted{domain=\"web\"}"]);
        Assert.Equal(1, series["xen_guest_operation_success{domain=\"web\",operation=\"start\"}"]);
        Assert.Equal(0, series["xen_guest_images{place=\"failed\"}"]);
        Assert.Equal(60, series["xen_watchdog_timeout_seconds"]);
        Assert.Equal(1, series["xen_watchdog_armed"]);
        Assert.Equal(series["xen_watchdog_kick_lateness_seconds_count"], series["xen_watchdog_kick_lateness_seconds_bucket{le=\"+Inf\"}"]);
        Assert.Equal(64, series[$"xen_domain_grant_frames_limit{{{labels}}}"]);
        Assert.Equal(4096d * (1 << 19), series["xen_hypervisor_free_memory_bytes"]);
        Assert.NotNull(series["xen_doctor_findings{severity=\"error\"}"]);
    }

    static string Mode(string file) =>
        string.Concat("rwxrwxrwx".Index().Select(bit => ((int)File.GetUnixFileMode(file) >> (8 - bit.Index) & 1) == 1 ? bit.Item : '-'));
}
