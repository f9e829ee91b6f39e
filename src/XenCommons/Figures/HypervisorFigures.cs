using Xen.Hypervisor;
using Xen.Hypervisor.Answers;
using XenCommons.Exposition;
using static XenCommons.Exposition.MetricKind;

namespace XenCommons.Figures;

/// <summary>The hypervisor's own figures, and those of its domains.</summary>
static class HypervisorFigures
{
    const double Page = GuestPage.Size, Nano = 1e-9;

    /// <param name="machine">Null: the hypervisor does not tell.</param>
    /// <param name="domains">Each domain with its grant table; null in place of a table that could not be read.</param>
    internal static IEnumerable<MetricFamily> Of(
        PhysicalInfo? machine, IReadOnlyList<(DomainInfo Info, GrantTableSize? Grants)> domains, DomainNames names)
    {
        return
        [
            MetricFamily.One("xen_hypervisor_memory_bytes", Gauge, "Memory of the machine.", machine?.TotalPages * Page),
            MetricFamily.One("xen_hypervisor_free_memory_bytes", Gauge, "Memory that no domain has.", machine?.FreePages * Page),
            MetricFamily.One("xen_hypervisor_cpus", Gauge, "CPUs of the machine that are in use.", machine?.Cpus),
            Each("cpu_seconds_total", Counter, "Time that the domain's virtual CPUs ran.", domain => domain.Info.CpuTime * Nano),
            Each("vcpus", Gauge, "Virtual CPUs that are online.", domain => domain.Info.Vcpus),
            Each("memory_bytes", Gauge, "Memory that the domain has.", domain => domain.Info.Pages * Page),
            Each("memory_limit_bytes", Gauge, "Memory that the domain may have.",
                domain => domain.Info.MostPages is var most && most < 1UL << 48 ? most * Page : null), // domain 0 has often no limit
            Each("grant_frames", Gauge, "Frames of the domain's grant table.", domain => domain.Grants?.Frames),
            Each("grant_frames_limit", Gauge, "Frames that the domain's grant table may have.", domain => domain.Grants?.MostFrames),
        ];

        MetricFamily Each(
            string name, MetricKind kind, string help, Func<(DomainInfo Info, GrantTableSize? Grants), double?> value) =>
            MetricFamily.Each("xen_domain_" + name, kind, help, domains, domain => names.Labels(domain.Info.Domid), value);
    }
}
