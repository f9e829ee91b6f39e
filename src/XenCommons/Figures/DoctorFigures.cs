using XenCommons.Exposition;
using XenCommons.Findings;

namespace XenCommons.Figures;

/// <summary>What `xencommons check` finds, counted.</summary>
static class DoctorFigures
{
    internal static MetricFamily Of(IReadOnlyList<Finding> findings) =>
        MetricFamily.Each("xen_doctor_findings", MetricKind.Gauge, "What xencommons check finds, by severity.",
            Enum.GetValues<Severity>(),
            severity => [("severity", severity.ToString().ToLowerInvariant())],
            severity => findings.Count(finding => finding.Severity == severity));
}
