using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Xen.Hypervisor;
using Xen.Hypervisor.Linux.Calls;
using Xen.Linux;
using Xen.Protocol.Wire;
using static Xen.Hypervisor.Linux.Calls.Layouts;
using Numbers = Xen.Hypervisor.Linux.Calls.Layouts.XenNumbers;

namespace Xen.Tests;

/// <summary>
/// A hypervisor of one version that answers hypercalls by its own layouts and takes no other interface version: what `HypercallTests` ask.
/// </summary>
sealed class FakeXen(int minor, uint domctl, uint sysctl) : IHypercalls
{
    internal sealed record Domain(uint Flags)
    {
        internal ulong UniqueId { get; init; }
        internal bool IsChanged { get; set; }
    }

    readonly uint[] watchdogs = new uint[IWatchdogTimer.Timers];

    internal SortedDictionary<ushort, Domain> Domains { get; } = [];
    internal string ConsoleText { get; init; } = "";
    internal int ConsoleRing { get; init; } = 16384;
    internal string Written { get; private set; } = "";
    internal int ListError { get; init; }
    internal int StatusError { get; set; }

    /// <summary>Built without CONFIG_SYSCTL.</summary>
    internal bool LacksSysctl { get; init; }

    /// <summary>How it refuses getdomaininfo, whose layout is not stable.</summary>
    internal int InfoError { get; init; }

    int Stride => minor <= 15 ? 104 : 112;

    public int MostOfBuffer => 65536;

    public long Call(Hypercall call) => call.Number switch
    {
        Numbers.XenVersion => Version(call),
        Numbers.Domctl => Domctl(call.Argument),
        Numbers.Sysctl => LacksSysctl ? -Errno.ENOSYS : Sysctl(call),
        Numbers.SchedOp => Watchdog(MemoryMarshal.Read<SchedWatchdog>(call.Argument)),
        Numbers.ConsoleIo when call is { Operation: Numbers.ConsoleIoWrite, CountComesFirst: true } =>
            Write(call.Argument[..(int)call.Count]),
        Numbers.GrantTableOp => GrantTable(ref MemoryMarshal.AsRef<GrantTableQuerySize>(call.Argument)),
        _ => -38, // ENOSYS
    };

    long Write(ReadOnlySpan<byte> text)
    {
        Written += Encoding.ASCII.GetString(text);
        return 0;
    }

    long Version(Hypercall call)
    {
        if (call.Operation == Numbers.XenVersionExtra)
            Encoding.ASCII.GetBytes(".1\0", call.Argument);
        return 4 << 16 | minor;
    }

    long Domctl(Span<byte> argument)
    {
        if (StatusError != 0)
            return -StatusError;
        ref var header = ref MemoryMarshal.AsRef<DomctlHeader>(argument);
        if (minor >= 21 && header.Command == Numbers.DomctlGetDomainState)
            return header.InterfaceVersion == 0
                ? State(ref header, ref MemoryMarshal.AsRef<GetDomainState>(argument[DomctlHeader.Union..]))
                : -Errno.EACCES;
        if (header.InterfaceVersion != domctl)
            return -Errno.EACCES;
        if (InfoError != 0)
            return -InfoError;
        ushort asked = header.Domid;
        foreach (var (domid, domain) in Domains)
            if (domid == asked || domid > asked && minor <= 18) // the trap
            {
                Write(argument[DomctlHeader.Union..], domid, domain);
                return 0;
            }
        return -3; // ESRCH
    }

    long State(ref DomctlHeader header, ref GetDomainState state)
    {
        ushort asked = header.Domid;
        if (asked == Domid.Invalid)
        {
            var changed = Domains.FirstOrDefault(domain => domain.Value.IsChanged);
            if (changed.Value is null)
                return -Errno.ENOENT;
            changed.Value.IsChanged = false;
            header.Domid = asked = changed.Key;
        }
        state = default;
        if (Domains.TryGetValue(asked, out var domain))
            state = new()
            {
                State = (ushort)(Numbers.StateExists
                    | ((domain.Flags & Numbers.ShutDown) != 0 ? Numbers.StateShutDown : 0)
                    | ((domain.Flags & Numbers.Dying) != 0 ? Numbers.StateDying : 0)),
                Capabilities = (domain.Flags & Numbers.StoreDomain) != 0 ? Numbers.StoreCapability : (ushort)0,
                UniqueId = domain.UniqueId,
            };
        else
            return -Errno.ESRCH;
        return 0;
    }

    long Sysctl(Hypercall call)
    {
        var header = MemoryMarshal.Read<SysctlHeader>(call.Argument);
        if (header.InterfaceVersion != sysctl)
            return -Errno.EACCES;
        var operation = call.Argument[SysctlHeader.Union..];
        return header.Command switch
        {
            Numbers.SysctlGetDomainInfoList => List(ref MemoryMarshal.AsRef<GetDomainInfoList>(operation), call.Buffer),
            Numbers.SysctlReadConsole => Console(ref MemoryMarshal.AsRef<ReadConsole>(operation), call.Buffer),
            Numbers.SysctlPhysicalInfo => Physical(operation),
            _ => -38,
        };
    }

    long List(ref GetDomainInfoList list, Span<byte> buffer)
    {
        if (ListError != 0)
            return -ListError;
        ushort first = list.FirstDomain;
        uint count = 0;
        foreach (var (domid, domain) in Domains.Where(domain => domain.Key >= first))
        {
            if (count == list.MaxDomains)
                break;
            Write(buffer[((int)count++ * Stride)..], domid, domain);
        }
        list.Domains = count;
        return 0;
    }

    long Console(ref ReadConsole read, Span<byte> buffer)
    {
        uint end = (uint)ConsoleText.Length, start = Math.Max(end - Math.Min(end, (uint)ConsoleRing), read.Index);
        uint count = Math.Min(read.Count, end - start);
        Encoding.ASCII.GetBytes(ConsoleText.AsSpan((int)start, (int)count), buffer);
        (read.Index, read.Count) = (start + count, count);
        return 0;
    }

    long Physical(Span<byte> operation)
    {
        MemoryMarshal.Write(operation, new PhysicalInfoHead { Cpus = 2, Capabilities = 0x1F });
        MemoryMarshal.Cast<ulong, byte>((ReadOnlySpan<ulong>)[1000, 500, 7, 0]).CopyTo(operation[(minor <= 16 ? 32 : 40)..]);
        return 0;
    }

    long Watchdog(SchedWatchdog watchdog)
    {
        if (watchdog.Id == 0)
        {
            int free = Array.IndexOf(watchdogs, 0u);
            if (free < 0)
                return -Errno.ENOSPC;
            watchdogs[free] = watchdog.Timeout;
            return free + 1;
        }
        if (watchdog.Id > watchdogs.Length || watchdogs[watchdog.Id - 1] == 0)
            return -Errno.EINVAL;
        watchdogs[watchdog.Id - 1] = watchdog.Timeout;
        return 0;
    }

    long GrantTable(ref GrantTableQuerySize query)
    {
        (query.Frames, query.MaxFrames, query.Status) = Domains.ContainsKey(query.Domid) ? (3u, 64u, (short)0) : (0u, 0u, (short)-2);
        return 0;
    }

    void Write(Span<byte> at, ushort domid, Domain domain)
    {
        at[..Stride].Fill(0xEE); // what a version adds at the end must not be read
        var info = new GetDomainInfo { Domid = domid, Flags = domain.Flags };
        MemoryMarshal.AsBytes(new Span<GetDomainInfo>(ref info))[76..92].Fill((byte)domid);
        MemoryMarshal.Write(at, in info);
        Assert.True(Unsafe.SizeOf<GetDomainInfo>() <= 96);
    }
}
