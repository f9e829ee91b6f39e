using System.Runtime.InteropServices;
using Xen.Hypervisor.Answers;
using Xen.Hypervisor.Linux.Calls;
using Xen.Linux;
using Xen.Protocol.Wire;
using static Xen.Hypervisor.Linux.Calls.Layouts;

namespace Xen.Hypervisor.Linux;

/// <summary>
/// Domains by hypercall: the stable get_domain_state where the hypervisor has it (Xen 4.21 on), else getdomaininfo. The part of
/// getdomaininfo that is read here is the same in all versions.
/// </summary>
sealed unsafe class LinuxDomains : IDomains
{
    const uint StableVersion = 0;

    readonly IHypercalls hypercalls;
    readonly Sysctl sysctl;
    readonly InterfaceVersion version;
    readonly byte[] list;
    readonly int stride;

    internal LinuxDomains(IHypercalls hypercalls, Sysctl sysctl, XenVersion xen)
    {
        (this.hypercalls, this.sysctl) = (hypercalls, sysctl);
        version = InterfaceVersion.OfDomctl(xen.Minor);
        stride = xen.Minor <= 15 ? GetDomainInfo.OldSize : GetDomainInfo.NewSize;
        list = new byte[hypercalls.MostOfBuffer / stride * stride];
        TellsChanges = StateOf(0, out _, out _) == 0;
    }

    public bool TellsChanges { get; }

    public bool TryStatus(ushort domid, out DomainStatus status)
    {
        status = default;
        if (domid >= Domid.FirstReserved)
            return true;
        if (TellsChanges)
        {
            int answer = StateOf(domid, out var state, out _);
            if (answer == 0)
                status = Status(state);
            return answer == 0 || IsNoDomain(answer);
        }
        if (TryInfo(domid, out var info, out long result))
            status = new(State(info.Flags), 0);
        return result == 0 || IsNoDomain(result);
    }

    public bool TryNextChanged(out ushort domid, out DomainStatus status)
    {
        (domid, status) = (0, default);
        if (!TellsChanges || StateOf(Domid.Invalid, out var state, out domid) != 0)
            return false;
        status = Status(state);
        return true;
    }

    public int List(List<DomainInfo> into)
    {
        into.Clear();
        for (int first = 0; first < Domid.FirstReserved;)
        {
            var operation = new GetDomainInfoList { FirstDomain = (ushort)first, MaxDomains = (uint)(list.Length / stride) };
            int pointer = (int)Marshal.OffsetOf<GetDomainInfoList>(nameof(GetDomainInfoList.Buffer));
            long result = sysctl.Call(XenNumbers.SysctlGetDomainInfoList, ref operation, list, pointer);
            if (result == -Errno.ENOSYS && TellsChanges)
                return ListById(into);
            if (result < 0)
            {
                into.Clear();
                return (int)result;
            }
            int count = (int)Math.Min(operation.Domains, operation.MaxDomains);
            for (int i = 0; i < count; i++)
                into.Add(Info(MemoryMarshal.Read<GetDomainInfo>(list.AsSpan(i * stride))));
            if (count < operation.MaxDomains)
                break;
            first = into[^1].Domid + 1;
        }
        return into.Count;
    }

    // From 4.21 on Xen can be built without sysctl, for hosts whose domains it makes itself. Then this asks for each id.
    int ListById(List<DomainInfo> into)
    {
        into.Clear();
        for (ushort domid = 0; domid < Domid.FirstReserved; domid++)
        {
            int answer = StateOf(domid, out var state, out _);
            if (answer < 0 && !IsNoDomain(answer))
            {
                into.Clear();
                return answer;
            }
            if (answer == 0 && Status(state).State is not DomainState.None and var lives)
                into.Add(TryInfo(domid, out var info, out _) ? Info(info) : Info(domid, lives, state.Capabilities));
        }
        return into.Count;
    }

    public int SetHandle(ushort domid, Guid handle)
    {
        Span<byte> argument = stackalloc byte[DomctlHeader.SizeOf];
        return (int)Domctl(XenNumbers.DomctlSetDomainHandle, domid, argument, handle.ToByteArray(bigEndian: true));
    }

    public void Dispose() { }

    long Domctl(uint command, ushort domid, Span<byte> argument, ReadOnlySpan<byte> operation)
    {
        long result;
        do
        {
            argument.Clear();
            MemoryMarshal.Write(argument, new DomctlHeader { Command = command, InterfaceVersion = version.Value, Domid = domid });
            operation.CopyTo(argument[DomctlHeader.Union..]);
            result = hypercalls.Call(new(XenNumbers.Domctl, argument));
        }
        while (result == -Errno.EACCES && version.TryNext());
        return result;
    }

    bool TryInfo(ushort domid, out GetDomainInfo info, out long result)
    {
        Span<byte> argument = stackalloc byte[DomctlHeader.SizeOf];
        result = Domctl(XenNumbers.DomctlGetDomainInfo, domid, argument, []);
        info = MemoryMarshal.Read<GetDomainInfo>(argument[DomctlHeader.Union..]);
        // Up to Xen 4.18 the answer for a domain that does not exist is the next domain that does.
        return result == 0 && info.Domid == domid;
    }

    static bool IsNoDomain(long result) => result is -Errno.ESRCH or -Errno.ENOENT;

    // If DOMID_INVALID is asked for, the hypervisor returns the id of a domain that changed.
    int StateOf(ushort asked, out GetDomainState state, out ushort domid)
    {
        Span<byte> argument = stackalloc byte[DomctlHeader.SizeOf];
        argument.Clear();
        var header = new DomctlHeader { Command = XenNumbers.DomctlGetDomainState, InterfaceVersion = StableVersion, Domid = asked };
        MemoryMarshal.Write(argument, header);
        int result = (int)hypercalls.Call(new(XenNumbers.Domctl, argument));
        domid = MemoryMarshal.Read<DomctlHeader>(argument).Domid;
        state = MemoryMarshal.Read<GetDomainState>(argument[DomctlHeader.Union..]);
        return result;
    }

    static DomainStatus Status(GetDomainState state)
    {
        if ((state.State & XenNumbers.StateExists) == 0 && (state.State & (XenNumbers.StateDying | XenNumbers.StateDead)) == 0)
            return default;
        var answer = DomainState.Exists;
        if ((state.State & XenNumbers.StateShutDown) != 0)
            answer |= DomainState.ShutDown;
        if ((state.State & (XenNumbers.StateDying | XenNumbers.StateDead)) != 0)
            answer |= DomainState.Dying;
        return new(answer, state.UniqueId);
    }

    static DomainState State(uint flags) => DomainState.Exists
        | ((flags & XenNumbers.ShutDown) != 0 ? DomainState.ShutDown : 0)
        | ((flags & XenNumbers.Dying) != 0 ? DomainState.Dying : 0);

    // What the stable interface knows, for domains of which the other interface refuses an answer.
    static DomainInfo Info(ushort domid, DomainState state, ushort capabilities) => new(domid, state, ShutdownReason.PowerOff,
        IsHvm: false, IsPaused: false, IsStore: (capabilities & XenNumbers.StoreCapability) != 0, 0, 0, 0, 0, Guid.Empty);

    static DomainInfo Info(in GetDomainInfo info)
    {
        fixed (byte* handle = info.Handle)
            return new(info.Domid, State(info.Flags),
                (ShutdownReason)(info.Flags >> (int)XenNumbers.ShutdownShift & XenNumbers.ShutdownMask),
                (info.Flags & XenNumbers.Hvm) != 0, (info.Flags & XenNumbers.Paused) != 0, (info.Flags & XenNumbers.StoreDomain) != 0,
                info.Pages, info.MostPages, info.CpuTime, info.OnlineVcpus, new Guid(new ReadOnlySpan<byte>(handle, 16), bigEndian: true));
    }
}
