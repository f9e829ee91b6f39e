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
        const string Source = "hypervisor";
        if (hypervisor == "none")
            return Answer.None(Source);
        try
        {
            using var xen = HypervisorChoice.OpenInquiry(hypervisor);
            var list = new List<DomainInfo>();
            if (xen.Domains.List(list) < 0)
                return Answer.None(Source);
            var told = (from domain in list select (domain, Grants(xen.Host, domain.Domid))).ToList();
            PhysicalInfo? machine = xen.Host.Physical(out var info) < 0 ? null : info;
            return Answer.None(Source) with { Figures = names => HypervisorFigures.Of(machine, told, names) };
        }
        catch (PosixException)
        {
            return Answer.None(Source);
        }
    }

    static GrantTableSize? Grants(IHostInfo host, ushort domid) => host.GrantTable(domid, out var size) < 0 ? null : size;
}
