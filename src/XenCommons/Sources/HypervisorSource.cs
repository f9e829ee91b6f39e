using Xen.Hypervisor;
using Xen.Hypervisor.Answers;
using Xen.Hypervisor.Choice;
using Xen.Linux;
using XenCommons.Figures;

namespace XenCommons.Sources;

/// <summary>Asks the hypervisor, which answers at once.</summary>
static class HypervisorSource
{
    internal static Answer Ask(string hypervisor)
    {
        var none = Answer.None("hypervisor");
        return Of(hypervisor, (xen, list) =>
        {
            var domains = (from domain in list select (domain, Grants(xen.Host, domain.Domid))).ToList();
            PhysicalInfo? machine = xen.Host.Physical(out var info) < 0 ? null : info;
            return none with { Figures = names => HypervisorFigures.Of(machine, domains, names) };
        }) ?? none;
    }

    /// <summary>The bytes that each domain has; null if the hypervisor does not tell.</summary>
    internal static Dictionary<int, double>? Memory(string hypervisor) =>
        Of(hypervisor, (_, list) => list.ToDictionary(domain => (int)domain.Domid, domain => (double)domain.Pages * GuestPage.Size));

    static T? Of<T>(string hypervisor, Func<Inquiry, List<DomainInfo>, T> ask) where T : class
    {
        if (hypervisor == "none")
            return null;
        try
        {
            using var xen = HypervisorChoice.OpenInquiry(hypervisor);
            var list = new List<DomainInfo>();
            return xen.Domains.List(list) < 0 ? null : ask(xen, list);
        }
        catch (PosixException)
        {
            return null;
        }
    }

    static GrantTableSize? Grants(IHostInfo host, ushort domid) => host.GrantTable(domid, out var size) < 0 ? null : size;
}
