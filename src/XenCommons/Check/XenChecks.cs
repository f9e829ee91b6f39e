using System.Globalization;
using System.Text.RegularExpressions;
using Xen.Hosting;
using Xen.Hypervisor;
using Xen.Hypervisor.Answers;
using Xen.Linux;
using Xen.Protocol.Wire;
using XenCommons.Boot;
using XenCommons.Findings;
using XenCommons.Host;

namespace XenCommons.Check;

/// <summary>Checks what the running hypervisor reports of itself and the machine.</summary>
static partial class XenChecks
{
    const uint Hvm = 1, PassThrough = 4, NestedPaging = 8, Credit2 = 6;
    const int LeastGrantFrames = 32, FewIds = 1024;

    internal static IEnumerable<Finding> Look(HostFiles files, Inquiry xen)
    {
        string commandLine = xen.Host.Say(HostText.CommandLine);
        var domains = new List<DomainInfo>();
        int errno = xen.Domains.List(domains);
        return
        [
            .. Refused(errno),
            .. Cpu(xen.Host), .. Tools(files, xen.Host.Version), .. Flask(xen.Host.Version, commandLine), .. Memory(files, commandLine),
            .. Grants(xen.Host, domains, commandLine), .. Scheduler(xen.Host), .. Zombies(domains), .. DomainIds(files, domains),
        ];
    }

    static IEnumerable<Finding> Refused(int errno)
    {
        if (errno < 0)
            yield return new(Severity.Error, "hypervisor", new PosixException("list the hypervisor's domains", -errno).Message,
                "run it as root, in dom0", "sysctl getdomaininfolist");
    }

    static IEnumerable<Finding> Cpu(IHostInfo host)
    {
        if (host.Physical(out var machine) < 0)
            yield break;
        if ((machine.Capabilities & Hvm) == 0)
            yield return new(Severity.Warning, "cpu",
                "the hypervisor has no hardware virtualisation: it runs PV guests only, no HVM and no PVH",
                "switch VT-x or AMD-V on in the firmware's setup", "sysctl physinfo");
        else if ((machine.Capabilities & NestedPaging) == 0)
            yield return new(Severity.Remark, "cpu", "the processor has no nested paging (EPT, NPT): HVM and PVH guests are slow",
                "use PV guests, or a newer processor", "sysctl physinfo");
        if ((machine.Capabilities & Hvm) != 0 && (machine.Capabilities & PassThrough) == 0)
            yield return new(Severity.Remark, "cpu", "the hypervisor has no IOMMU: PCI devices cannot be given to HVM guests",
                "switch VT-d or AMD-Vi on in the firmware's setup", "sysctl physinfo");
    }

    static IEnumerable<Finding> Tools(HostFiles files, XenVersion running)
    {
        string now = string.Create(CultureInfo.InvariantCulture, $"{running.Major}.{running.Minor}");
        var tools = files.List("/usr/lib").Concat(files.List("/usr/lib64")).Where(files.IsFolder)
            .SelectMany(folder => files.List(folder, "libxenctrl.so.4.*"))
            .Concat(files.List("/usr/lib64", "libxenctrl.so.4.*")).Concat(files.List("/usr/lib", "libxenctrl.so.4.*"))
            .Select(path => (Path: path, Version: Numbers().Match(Path.GetFileName(path)["libxenctrl.so.".Length..]).Value))
            .Where(tool => tool.Version.Length > 0).ToList();
        if (tools.Count > 0 && tools.All(tool => tool.Version != now))
            yield return new(Severity.Warning, "version",
                $"the tools are of Xen {tools[0].Version}, and the running hypervisor is {running}: xl fits only its own version,"
                + " and may fail with another",
                "reboot the host into the new hypervisor, or install the tools that fit", tools[0].Path);
        var images = XenImage.Find(files)
            .Select(path => (Path: path, Version: ImageNumbers().Match(Path.GetFileName(path)).Groups["version"].Value))
            .Where(image => image.Version.Length > 0).ToList();
        if (images.Count > 0 && images.All(image => image.Version != now))
            yield return new(Severity.Warning, "version",
                $"/boot has Xen {images[^1].Version}, and {running} runs: the next boot changes it",
                "reboot the host at a time of your choice; until then the tools of the running version are needed", images[^1].Path);
    }

    static IEnumerable<Finding> Memory(HostFiles files, string commandLine)
    {
        // size, min:size and max:size with commas between them. Each size may be a share (50%) or both (1G+10%). If a kind is given several
        // times, the last one counts.
        const string Name = "dom0_mem=";
        string[] given =
            [.. from word in commandLine.Split(' ') where word.StartsWith(Name, StringComparison.Ordinal) select word[Name.Length..]];
        string wanted = string.Join(',', given);
        if (given.Length == 0)
            yield return new(Severity.Warning, "dom0-memory",
                "dom0 has all memory and gives parts of it to guests: this is slow, and dom0 itself runs short of memory in the end",
                "give the hypervisor dom0_mem=4G,max:4G, or what your dom0 needs (with GRUB: in GRUB_CMDLINE_XEN= of /etc/default/grub)",
                "the hypervisor's command line");
        else
        {
            string[] parts = wanted.Split(',');
            string? size = parts.LastOrDefault(part => !part.Contains(':', StringComparison.Ordinal)),
                most = parts.LastOrDefault(part => part.StartsWith("max:", StringComparison.Ordinal))?[4..];
            if (most is null)
                yield return new(Severity.Warning, "dom0-memory",
                    $"dom0_mem={wanted} leaves dom0's greatest size open: its kernel keeps tables for all of the machine's memory",
                    $"write dom0_mem={wanted},max:{size ?? wanted}", "the hypervisor's command line");
            else if (size is not null && size != most)
                yield return new(Severity.Remark, "dom0-memory", $"dom0 begins with {size} and may have {most}",
                    "if it is not to grow, write the same twice", "the hypervisor's command line");
            if (XlSettings.Autoballoon(files.Read(XlSettings.File) ?? "") is true)
                yield return new(Severity.Warning, "dom0-memory",
                    "autoballoon is on, and dom0_mem is given: xl takes memory from dom0 for guests although you have said how much it has",
                    "write autoballoon=\"off\" or \"auto\"", XlSettings.File);
        }
    }

    // Xen commit 4778574053. At their start our daemons use the same hypercall as the C daemons.
    static IEnumerable<Finding> Flask(XenVersion version, string commandLine)
    {
        string? module = HostFiles.Option(commandLine, "xsm="), mode = HostFiles.Option(commandLine, "flask=");
        bool isFlask = mode != "disabled" && (module == "flask" || module is null && mode is not null);
        if (isFlask && version is { Major: 4, Minor: 21, Extra: ".0" or ['.', '0', not (>= '0' and <= '9'), ..] })
            yield return new(Severity.Warning, "hypervisor",
                "Xen 4.21.0 with the security module Flask crashes when a store or console daemon asks which domains have changed",
                "install Xen 4.21.1 or later, or leave Flask off the hypervisor's command line", "the hypervisor's command line");
    }

    // Xen uses the ids of ended domains again, and Qubes does not.
    static IEnumerable<Finding> DomainIds(HostFiles files, List<DomainInfo> domains)
    {
        int left = Domid.FirstReserved - 1 - domains.Select(domain => (int)domain.Domid).Where(domid => domid < Domid.FirstReserved)
            .DefaultIfEmpty(0).Max();
        if (left < FewIds && files.Exists("/etc/qubes-release"))
            yield return new(Severity.Warning, "domids",
                $"{left} ids are left for new domains: Qubes uses none a second time, and starts no domain when they are used up",
                "reboot the host at a time of your choice", "sysctl getdomaininfolist");
    }

    // A guest whose table is full hangs without a message, usually when a disk or network is added (kernel 4.3 and later).
    static IEnumerable<Finding> Grants(IHostInfo host, List<DomainInfo> domains, string commandLine)
    {
        if (HostFiles.Option(commandLine, "gnttab_max_frames=") is { } text
            && int.TryParse(text.Split(',')[0], NumberStyles.None, CultureInfo.InvariantCulture, out int most) && most < LeastGrantFrames)
            yield return new(Severity.Warning, "grants",
                $"gnttab_max_frames={text} is little: a guest with several disks or networks stands still when its grant table is full",
                "leave it away (64 is the default since Xen 4.10), or raise it", "the hypervisor's command line");
        foreach (var domain in domains)
            if (host.GrantTable(domain.Domid, out var size) == 0 && size.IsUsedTo(GrantTableSize.AdvisePercent))
                yield return new(Severity.Warning, "grants",
                    $"domain {domain.Domid} uses {size.Frames} of {size.MostFrames} grant frames: when they are all used it stands still",
                    "write max_grant_frames into its configuration, or gnttab_max_frames= on the hypervisor's command line",
                    "gnttab_query_size");
    }

    static IEnumerable<Finding> Scheduler(IHostInfo host)
    {
        if (host.Scheduler(out uint id) == 0 && id == Credit2)
            yield return new(Severity.Remark, "scheduler", "the scheduler is credit2, Xen's default",
                "if guests stall under load, try sched=credit on the hypervisor's command line", "sysctl sched_id");
    }

    static IEnumerable<Finding> Zombies(List<DomainInfo> domains)
    {
        foreach (var domain in domains.Where(domain => (domain.State & DomainState.Dying) != 0))
            yield return new(Severity.Warning, "zombies", $"domain {domain.Domid} has died and is still there",
                "see which process or backend still holds its memory; one that dies right now is gone at the next look",
                "sysctl getdomaininfolist");
    }

    [GeneratedRegex(@"^\d+\.\d+")]
    private static partial Regex Numbers();

    [GeneratedRegex(@"xen-(?<version>\d+\.\d+)", RegexOptions.IgnoreCase)]
    private static partial Regex ImageNumbers();
}
