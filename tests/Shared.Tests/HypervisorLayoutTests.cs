using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Xen.Hypervisor.Answers;
using Xen.Hypervisor.Linux.Calls;
using Xen.Linux.Processes;
using static Xen.Hypervisor.Linux.Calls.Layouts;

namespace Xen.Tests;

/// <summary>
/// What we tell Linux's Xen devices and the hypervisor, against their own headers (Debian's libxen-dev and linux-libc-dev).
/// </summary>
public sealed class HypervisorLayoutTests
{
    [Fact]
    public void The_requests_of_Linux_devices_are_those_of_its_headers()
    {
        var program = new CProgram("sys/ioctl.h", "xen/xen.h", "xen/grant_table.h", "xen/evtchn.h", "xen/gntdev.h", "xen/privcmd.h");
        program.AddHeader("xen/interface/xen.h", "#include <xen/xen.h>"); // privcmd.h includes it by the kernel's own path
        program.Is("IOCTL_EVTCHN_BIND_VIRQ", Ioctl.EvtchnBindVirq);
        program.Is("IOCTL_EVTCHN_BIND_INTERDOMAIN", Ioctl.EvtchnBindInterdomain);
        program.Is("IOCTL_EVTCHN_UNBIND", Ioctl.EvtchnUnbind);
        program.Is("IOCTL_EVTCHN_NOTIFY", Ioctl.EvtchnNotify);
        program.Is("IOCTL_EVTCHN_RESET", Ioctl.EvtchnReset);
        program.Is("IOCTL_GNTDEV_MAP_GRANT_REF", Ioctl.GntdevMapGrantRef);
        program.Is("IOCTL_GNTDEV_UNMAP_GRANT_REF", Ioctl.GntdevUnmapGrantRef);
        program.Is("IOCTL_PRIVCMD_HYPERCALL", Ioctl.PrivcmdHypercall);
        program.Is("IOCTL_PRIVCMD_MMAPBATCH_V2", Ioctl.PrivcmdMmapBatchV2);
        Same<EvtchnBindInterdomain>(program, "struct ioctl_evtchn_bind_interdomain", ("remote_domain", "RemoteDomain"),
            ("remote_port", "RemotePort"));
        Same<GntdevMapGrantRef>(program, "struct ioctl_gntdev_map_grant_ref", ("count", "Count"), ("index", "Index"),
            ("refs[0].domid", "Domid"), ("refs[0].ref", "Reference"));
        Same<GntdevUnmapGrantRef>(program, "struct ioctl_gntdev_unmap_grant_ref", ("index", "Index"), ("count", "Count"));
        Same<PrivcmdHypercall>(program, "struct privcmd_hypercall", ("op", "Number"), ("arg[0]", "Argument0"), ("arg[4]", "Argument4"));
        Same<PrivcmdMmapBatchV2>(program, "struct privcmd_mmapbatch_v2", ("num", "Count"), ("dom", "Domid"), ("addr", "Address"),
            ("arr", "Frames"), ("err", "Errors"));
        program.AssertCompiles();
    }

    [Fact]
    public void The_hypercalls_are_those_of_Xens_headers()
    {
        var program = XensHeaders();
        program.Is("__HYPERVISOR_xen_version", XenNumbers.XenVersion);
        program.Is("__HYPERVISOR_grant_table_op", XenNumbers.GrantTableOp);
        program.Is("__HYPERVISOR_sched_op", XenNumbers.SchedOp);
        program.Is("__HYPERVISOR_sysctl", XenNumbers.Sysctl);
        program.Is("__HYPERVISOR_domctl", XenNumbers.Domctl);
        program.Is("XENVER_version", XenNumbers.XenVersionVersion);
        program.Is("XENVER_extraversion", XenNumbers.XenVersionExtra);
        program.Is("sizeof(xen_extraversion_t)", 16);
        program.Is("__HYPERVISOR_event_channel_op", XenNumbers.EventChannelOp);
        program.Is("EVTCHNOP_status", XenNumbers.EventChannelStatus);
        program.Is("EVTCHNSTAT_interdomain", XenNumbers.EventChannelInterdomain);
        program.Is("GNTTABOP_query_size", XenNumbers.GrantTableQuerySize);
        program.Is("__HYPERVISOR_console_io", XenNumbers.ConsoleIo);
        program.Is("CONSOLEIO_write", XenNumbers.ConsoleIoWrite);
        program.Is("SCHEDOP_watchdog", XenNumbers.SchedOpWatchdog);
        program.Is("XEN_SYSCTL_readconsole", XenNumbers.SysctlReadConsole);
        program.Is("XEN_SYSCTL_physinfo", XenNumbers.SysctlPhysicalInfo);
        program.Is("XEN_SYSCTL_getdomaininfolist", XenNumbers.SysctlGetDomainInfoList);
        program.Is("XEN_DOMCTL_getdomaininfo", XenNumbers.DomctlGetDomainInfo);
        program.Is("XEN_DOMINF_dying", XenNumbers.Dying);
        program.Is("XEN_DOMINF_hvm_guest", XenNumbers.Hvm);
        program.Is("XEN_DOMINF_shutdown", XenNumbers.ShutDown);
        program.Is("XEN_DOMINF_paused", XenNumbers.Paused);
        program.Is("XEN_DOMINF_xs_domain", XenNumbers.StoreDomain);
        program.Is("XEN_DOMINF_shutdownshift", XenNumbers.ShutdownShift);
        program.Is("XEN_DOMINF_shutdownmask", XenNumbers.ShutdownMask);
        program.Is("SHUTDOWN_crash", (int)ShutdownReason.Crash);
        program.Is("SHUTDOWN_soft_reset", (int)ShutdownReason.SoftReset);
        program.Is("VIRQ_DOM_EXC", Virq.DomainException);
        program.Is("VIRQ_CON_RING", Virq.ConsoleRing);
        program.Is("VIRQ_ENOMEM", Virq.OutOfMemory);
        program.Is("GNTTAB_RESERVED_CONSOLE", ReservedGrant.Console);
        program.Is("GNTTAB_RESERVED_XENSTORE", ReservedGrant.Store);
        program.AssertCompiles();
    }

    [Fact]
    public void The_structures_of_hypercalls_are_those_of_Xens_headers()
    {
        var program = XensHeaders();
        Same<EvtchnStatus>(program, "struct evtchn_status", ("dom", "Domid"), ("port", "Port"), ("status", "Status"), ("vcpu", "Vcpu"),
            ("u.interdomain.dom", "RemoteDomid"), ("u.interdomain.port", "RemotePort"));
        Same<SysctlHeader>(program, "struct xen_sysctl", ("cmd", "Command"), ("interface_version", "InterfaceVersion"));
        program.Is("offsetof(struct xen_sysctl, u)", SysctlHeader.Union);
        Same<DomctlHeader>(program, "struct xen_domctl", ("cmd", "Command"), ("interface_version", "InterfaceVersion"),
            ("domain", "Domid"));
        program.Is("offsetof(struct xen_domctl, u)", DomctlHeader.Union);
        Offsets<GetDomainInfo>(program, "struct xen_domctl_getdomaininfo", ("domain", "Domid"), ("flags", "Flags"), ("tot_pages", "Pages"),
            ("max_pages", "MostPages"), ("shared_info_frame", "SharedInfoFrame"), ("cpu_time", "CpuTime"),
            ("nr_online_vcpus", "OnlineVcpus"), ("max_vcpu_id", "MaxVcpuId"), ("handle", "Handle"));
        program.Is("sizeof(struct xen_domctl_getdomaininfo)", GetDomainInfo.NewSize);
        Same<GetDomainInfoList>(program, "struct xen_sysctl_getdomaininfolist", ("first_domain", "FirstDomain"),
            ("max_domains", "MaxDomains"), ("buffer", "Buffer"), ("num_domains", "Domains"));
        Same<ReadConsole>(program, "struct xen_sysctl_readconsole", ("clear", "Clear"), ("incremental", "Incremental"), ("index", "Index"),
            ("buffer", "Buffer"), ("count", "Count"));
        Offsets<PhysicalInfoHead>(program, "struct xen_sysctl_physinfo", ("nr_cpus", "Cpus"), ("max_cpu_id", "MaxCpuId"),
            ("cpu_khz", "CpuKhz"), ("capabilities", "Capabilities"));
        program.Is("offsetof(struct xen_sysctl_physinfo, total_pages)", PhysicalInfoHead.NewPages);
        program.Is("offsetof(struct xen_sysctl_physinfo, outstanding_pages)", PhysicalInfoHead.NewPages + 24);
        Same<GrantTableQuerySize>(program, "struct gnttab_query_size", ("dom", "Domid"), ("nr_frames", "Frames"),
            ("max_nr_frames", "MaxFrames"), ("status", "Status"));
        Same<SchedWatchdog>(program, "struct sched_watchdog", ("id", "Id"), ("timeout", "Timeout"));
        // libxen-dev is of one release; which release has which version is told by InterfaceVersion, and these two must fit.
        program.Is("XEN_DOMCTL_INTERFACE_VERSION >= " + InterfaceVersion.OfDomctl(17).Value, 1);
        program.Is("XEN_SYSCTL_INTERFACE_VERSION >= " + InterfaceVersion.OfSysctl(17).Value, 1);
        program.AssertCompiles();
    }

    [Fact]
    public void The_calls_that_are_given_up_have_their_architectures_numbers()
    {
        var program = new CProgram("sys/syscall.h", "linux/audit.h");
        foreach (var (name, number) in Seccomp.Refused)
            program.Is($"__NR_{name}", number);
        program.Is("__NR_seccomp", 317);
        program.Is("AUDIT_ARCH_X86_64", 0xC000003E);
        program.AssertCompiles();
    }

    static CProgram XensHeaders() =>
        new("xen/xen.h", "xen/domctl.h", "xen/sysctl.h", "xen/sched.h", "xen/version.h", "xen/grant_table.h", "xen/event_channel.h");

    static void Same<T>(CProgram program, string c, params (string C, string Ours)[] fields) where T : unmanaged
    {
        program.Is($"sizeof({c})", Unsafe.SizeOf<T>());
        Offsets<T>(program, c, fields);
    }

    static void Offsets<T>(CProgram program, string c, params (string C, string Ours)[] fields) where T : unmanaged
    {
        foreach (var (theirs, ours) in fields)
            program.Is($"offsetof({c}, {theirs})", Marshal.OffsetOf<T>(ours));
    }
}
