using System.Runtime.InteropServices;

namespace Xen.Hypervisor.Linux.Calls;

#pragma warning disable CS0649 // the kernel and the hypervisor fill fields in

/// <summary>
/// Numbers and structures of the kernel's and the hypervisor's interfaces. A test compiles a C program that checks them against the
/// headers.
/// </summary>
static class Layouts
{
    /// <summary>
    /// Requests of Linux's Xen devices (uapi/xen/evtchn.h, gntdev.h, privcmd.h, xenbus_dev.h), all without direction bits.
    /// </summary>
    internal static class Ioctl
    {
        internal const uint EvtchnBindVirq = 0x00044500, EvtchnBindInterdomain = 0x00084501, EvtchnUnbind = 0x00044503,
            EvtchnNotify = 0x00044504, EvtchnReset = 0x00004505;
        internal const uint GntdevMapGrantRef = 0x00184700, GntdevUnmapGrantRef = 0x00104701;
        internal const uint PrivcmdHypercall = 0x00305000, PrivcmdMmapBatchV2 = 0x00205004;
        internal const uint XenbusBackendEvtchn = 0x00004200;
    }

    /// <summary>
    /// Numbers of hypercalls and of their operations (public/xen.h, event_channel.h, grant_table.h, sched.h, version.h, sysctl.h,
    /// domctl.h).
    /// </summary>
    internal static class XenNumbers
    {
        internal const uint XenVersion = 17, ConsoleIo = 18, GrantTableOp = 20, SchedOp = 29, EventChannelOp = 32, Sysctl = 35, Domctl = 36;
        internal const uint XenVersionVersion = 0, XenVersionExtra = 1, XenVersionCapabilities = 3, XenVersionCommandLine = 9;
        internal const uint ConsoleIoWrite = 0;
        internal const uint GrantTableQuerySize = 6;
        internal const uint SchedOpWatchdog = 6;
        internal const uint EventChannelStatus = 5, EventChannelInterdomain = 2;
        internal const uint SysctlReadConsole = 1, SysctlPhysicalInfo = 3, SysctlSchedId = 4, SysctlGetDomainInfoList = 6,
            SysctlCpuPoolOp = 18;
        internal const uint CpuPoolInfo = 3;
        internal const uint DomctlGetDomainInfo = 5, DomctlSetDomainHandle = 17, DomctlGetDomainState = 90;

        /// <summary>Flags of struct xen_domctl_getdomaininfo.</summary>
        internal const uint Dying = 1, Hvm = 2, ShutDown = 4, Paused = 8, StoreDomain = 0x80, ShutdownShift = 16, ShutdownMask = 0xFF;

        /// <summary>States of struct xen_domctl_get_domain_state.</summary>
        internal const ushort StateExists = 1, StateShutDown = 2, StateDying = 4, StateDead = 8;

        /// <summary>A capability in the same structure: it serves the store.</summary>
        internal const ushort StoreCapability = 4;
    }

    /// <summary>struct ioctl_evtchn_bind_interdomain.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct EvtchnBindInterdomain
    {
        internal uint RemoteDomain, RemotePort;
    }

    /// <summary>struct evtchn_status. The last fields are those of a port that is bound to another domain's.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct EvtchnStatus
    {
        internal ushort Domid;
        internal uint Port, Status, Vcpu;
        internal ushort RemoteDomid;
        internal uint RemotePort;
    }

    /// <summary>struct ioctl_gntdev_map_grant_ref with one reference.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct GntdevMapGrantRef
    {
        internal uint Count, Padding;
        internal ulong Index;
        internal uint Domid, Reference;
    }

    /// <summary>struct ioctl_gntdev_unmap_grant_ref.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct GntdevUnmapGrantRef
    {
        internal ulong Index;
        internal uint Count, Padding;
    }

    /// <summary>struct privcmd_hypercall.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct PrivcmdHypercall
    {
        internal ulong Number, Argument0, Argument1, Argument2, Argument3, Argument4;
    }

    /// <summary>struct privcmd_mmapbatch_v2.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal unsafe struct PrivcmdMmapBatchV2
    {
        internal uint Count;
        internal ushort Domid;
        internal ulong Address;
        internal ulong* Frames;
        internal int* Errors;
    }

    /// <summary>struct xen_sysctl's beginning; the operation's own part follows at 8.</summary>
    [StructLayout(LayoutKind.Sequential, Size = SizeOf)]
    internal struct SysctlHeader
    {
        internal const int SizeOf = 136, Union = 8;
        internal uint Command, InterfaceVersion;
    }

    /// <summary>struct xen_domctl's beginning; the operation's own part follows at 16.</summary>
    [StructLayout(LayoutKind.Sequential, Size = SizeOf)]
    internal struct DomctlHeader
    {
        internal const int SizeOf = 144, Union = 16;
        internal uint Command, InterfaceVersion;
        internal ushort Domid;
    }

    /// <summary>
    /// The beginning of struct xen_domctl_getdomaininfo, which all versions of Xen have. The whole is 104 bytes long up to Xen 4.15, then
    /// 112.
    /// </summary>
    [StructLayout(LayoutKind.Sequential)]
    internal unsafe struct GetDomainInfo
    {
        internal const int OldSize = 104, NewSize = 112;
        internal ushort Domid;
        internal uint Flags;
        internal ulong Pages, MostPages, OutstandingPages, SharedPages, PagedPages, SharedInfoFrame, CpuTime;
        internal uint OnlineVcpus, MaxVcpuId, Ssidref;
        internal fixed byte Handle[16];
    }

    /// <summary>struct xen_domctl_get_domain_state (Xen 4.21 on; stable).</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct GetDomainState
    {
        internal ushort State, Capabilities;
        internal uint Padding;
        internal ulong UniqueId;
    }

    /// <summary>struct xen_sysctl_getdomaininfolist.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct GetDomainInfoList
    {
        internal ushort FirstDomain;
        internal uint MaxDomains;
        internal ulong Buffer;
        internal uint Domains;
    }

    /// <summary>struct xen_sysctl_readconsole.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct ReadConsole
    {
        internal byte Clear, Incremental;
        internal uint Index;
        internal ulong Buffer;
        internal uint Count;
    }

    /// <summary>
    /// The beginning of struct xen_sysctl_physinfo, which all versions have. The counts of pages follow at 32 (up to Xen 4.16) or 40.
    /// </summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct PhysicalInfoHead
    {
        internal const int OldPages = 32, NewPages = 40;
        internal uint ThreadsPerCore, CoresPerSocket, Cpus, MaxCpuId, Nodes, MaxNodeId, CpuKhz, Capabilities;
    }

    /// <summary>struct xen_sysctl_sched_id.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct SchedId
    {
        internal uint Id;
    }

    /// <summary>struct xen_sysctl_cpupool_op, whose last member is a struct xenctl_bitmap.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct CpuPoolOp
    {
        internal uint Operation, Pool, Scheduler, Domid, Cpu, Domains;
        internal ulong CpuMap;
        internal uint CpuBits;
    }

    /// <summary>struct gnttab_query_size.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct GrantTableQuerySize
    {
        internal ushort Domid;
        internal uint Frames, MaxFrames;
        internal short Status;
    }

    /// <summary>struct sched_watchdog.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct SchedWatchdog
    {
        internal uint Id, Timeout;
    }
}
