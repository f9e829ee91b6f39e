using System.Runtime.InteropServices;
using System.Text;
using Xen.Hypervisor.Answers;
using Xen.Hypervisor.Linux.Calls;
using Xen.Linux;
using static Xen.Hypervisor.Linux.Calls.Layouts;

namespace Xen.Hypervisor.Linux;

/// <summary>The hypervisor and the machine, by hypercall; dom0's watchdog timers.</summary>
sealed class LinuxHost(IHypercalls hypercalls, Sysctl sysctl, XenVersion version) : IHostInfo, IWatchdogTimer
{
    const int ExtraLength = 16; // xen_extraversion_t
    const int FirstMinorWithMorePhysicalInfo = 17;
    const int MostOfConsoleText = 1024;
    const int TextLength = 1024; // xen_capabilities_info_t and xen_commandline_t
    const int MostCpus = 4096;
    const string AskVersion = "ask the hypervisor for its version", Capabilities = "/proc/xen/capabilities";

    public XenVersion Version { get; } = version;

    /// <summary>Asks for the version. This hypercall is the same in all versions.</summary>
    /// <exception cref="HypercallsRefusedException">This is a guest, and its kernel lets no program make hypercalls.</exception>
    /// <exception cref="PosixException">The hypervisor does not answer.</exception>
    internal static XenVersion ReadVersion(IHypercalls hypercalls)
    {
        Span<byte> extra = stackalloc byte[ExtraLength];
        extra.Clear();
        long version = hypercalls.Call(new(XenNumbers.XenVersion, extra) { Operation = XenNumbers.XenVersionVersion });
        if (version == -Errno.EPERM && !IsDom0) // the hypervisor would answer every domain, so the kernel refused
            throw new HypercallsRefusedException(AskVersion);
        if (version < 0)
            throw new PosixException(AskVersion, (int)-version, "is this a Xen dom0 (/proc/xen/capabilities says control_d)?");
        extra.Clear();
        bool hasExtra = hypercalls.Call(new(XenNumbers.XenVersion, extra) { Operation = XenNumbers.XenVersionExtra }) >= 0;
        int end = extra.IndexOf((byte)0);
        string extraText = hasExtra ? Encoding.ASCII.GetString(extra[..(end < 0 ? extra.Length : end)]) : "";
        return new((int)(version >> 16), (int)(version & 0xFFFF), extraText);
    }

    // A service may have a /proc of its own without xenfs, so the device is looked for first. The kernel makes it in dom0 only.
    static bool IsDom0 => File.Exists("/dev/xen/xenbus_backend")
        || File.Exists(Capabilities) && File.ReadAllText(Capabilities).Contains("control_d", StringComparison.Ordinal);

    public int Physical(out PhysicalInfo info)
    {
        var operation = default(PhysicalInfoArea);
        int result = (int)sysctl.Call(XenNumbers.SysctlPhysicalInfo, ref operation);
        Span<byte> area = operation;
        var head = MemoryMarshal.Read<PhysicalInfoHead>(area);
        int firstOfPages = Version.Minor < FirstMinorWithMorePhysicalInfo ? PhysicalInfoHead.OldPages : PhysicalInfoHead.NewPages;
        var pages = MemoryMarshal.Cast<byte, ulong>(area[firstOfPages..]);
        info = new(head.Cpus, head.Capabilities, pages[0], pages[1], pages[2], pages[3]);
        return result;
    }

    public string Say(HostText what)
    {
        Span<byte> text = stackalloc byte[TextLength];
        text.Clear();
        uint operation = what == HostText.CommandLine ? XenNumbers.XenVersionCommandLine : XenNumbers.XenVersionCapabilities;
        if (hypercalls.Call(new(XenNumbers.XenVersion, text) { Operation = operation }) < 0)
            return "";
        int end = text.IndexOf((byte)0);
        return Encoding.ASCII.GetString(text[..(end < 0 ? text.Length : end)]).Trim();
    }

    public int Scheduler(out uint id)
    {
        var operation = default(SchedId);
        int result = (int)sysctl.Call(XenNumbers.SysctlSchedId, ref operation);
        id = operation.Id;
        return result;
    }

    public int ListCpuPools(List<uint> into)
    {
        into.Clear();
        Span<byte> cpus = stackalloc byte[MostCpus / 8];
        int pointer = (int)Marshal.OffsetOf<CpuPoolOp>(nameof(CpuPoolOp.CpuMap));
        for (uint next = 0; ; next++)
        {
            var operation = new CpuPoolOp { Operation = XenNumbers.CpuPoolInfo, Pool = next, CpuBits = MostCpus };
            // The answer is the first pool from this id on.
            int result = (int)sysctl.Call(XenNumbers.SysctlCpuPoolOp, ref operation, cpus, pointer);
            if (result == -Errno.ENOENT)
                return into.Count;
            if (result < 0)
                return result;
            into.Add(next = operation.Pool);
        }
    }

    public int GrantTable(ushort domid, out GrantTableSize size)
    {
        var query = new GrantTableQuerySize { Domid = domid };
        int result = (int)hypercalls.Call(new(XenNumbers.GrantTableOp, MemoryMarshal.AsBytes(new Span<GrantTableQuerySize>(ref query)))
        {
            Operation = XenNumbers.GrantTableQuerySize,
            Count = 1,
        });
        size = new(query.Frames, query.MaxFrames);
        return result < 0 ? result : query.Status == 0 ? 0 : -Errno.ENOENT; // GNTST_bad_domain is the only status besides success
    }

    public int ReadConsole(Span<byte> into, ref uint position, out uint lost)
    {
        into = into[..Math.Min(into.Length, hypercalls.MostOfBuffer)];
        var read = new ReadConsole { Incremental = 1, Index = position, Count = (uint)into.Length };
        int pointer = (int)Marshal.OffsetOf<ReadConsole>(nameof(Layouts.ReadConsole.Buffer));
        int result = (int)sysctl.Call(XenNumbers.SysctlReadConsole, ref read, into, pointer);
        lost = 0;
        if (result < 0)
            return result;
        lost = read.Index - read.Count - position;
        position = read.Index;
        return (int)read.Count;
    }

    public int WriteConsole(ReadOnlySpan<byte> text)
    {
        Span<byte> copy = stackalloc byte[Math.Min(text.Length, MostOfConsoleText)];
        text[..copy.Length].CopyTo(copy);
        return (int)hypercalls.Call(new(XenNumbers.ConsoleIo, copy)
        {
            Operation = XenNumbers.ConsoleIoWrite,
            Count = (uint)copy.Length,
            CountComesFirst = true,
        });
    }

    public int Arm(int timer, uint seconds)
    {
        ArgumentOutOfRangeException.ThrowIfZero(seconds); // for timer 0 the machine would end at once; any other timer would stop
        int result = Watchdog(timer, seconds);
        return result == 0 ? timer : result;
    }

    public int Disarm(int timer)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(timer, 1);
        return Watchdog(timer, 0);
    }

    int Watchdog(int timer, uint seconds)
    {
        var watchdog = new SchedWatchdog { Id = (uint)timer, Timeout = seconds };
        return (int)hypercalls.Call(new(XenNumbers.SchedOp, MemoryMarshal.AsBytes(new Span<SchedWatchdog>(ref watchdog)))
        {
            Operation = XenNumbers.SchedOpWatchdog,
        });
    }

    /// <summary>sysctl's union, large enough for physinfo of each version.</summary>
    [System.Runtime.CompilerServices.InlineArray(SysctlHeader.SizeOf - SysctlHeader.Union)]
    struct PhysicalInfoArea
    {
        byte first;
    }
}
