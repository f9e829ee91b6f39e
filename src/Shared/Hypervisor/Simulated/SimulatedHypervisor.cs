using System.Globalization;
using System.Runtime.InteropServices;
using Xen.Hypervisor.Answers;
using Xen.Linux;
using Xen.Linux.Files;
using Xen.Protocol.Wire;

namespace Xen.Hypervisor.Simulated;

/// <summary>
/// A hypervisor made of files, in which any process can be a guest (docs/simulated-hypervisor.md).
/// <c>ring.N</c> is domain N's store page and <c>console.N</c> its console page; <c>grant.N.R</c> and <c>frame.N.F</c> are other pages.
/// <c>evtchn</c> is a FIFO that we read (u32: domid in the upper half, the guest's port in the lower). <c>guest.N</c> is a FIFO that the
/// guest reads (u32: its port). <c>dead.N</c> says that the domain does not exist, and <c>shutdown.N</c> that it stopped running.
/// <c>closed.N.P</c> says that a reset closed its port P after it was bound. 0xFFFF0000 in <c>evtchn</c> stands for VIRQ_DOM_EXC.
/// </summary>
sealed class SimulatedHypervisor : IEventChannels, IGuestMemory, IDomains
{
    const uint VirqEvent = 0xFFFF_0000 - Virq.DomainException; // plus the interrupt: 0xFFFF0000 is VIRQ_DOM_EXC, 0xFFFF0005 VIRQ_CON_RING

    sealed record Port(uint Event, uint GuestPort, FileDescriptor? Guest);

    const uint Masked = 1, Pending = 2;
    const int Domids = 1 << 16, MostOfByte = 0xFF;

    readonly string folder;
    readonly FileDescriptor events;
    readonly Mapping masks;
    readonly Dictionary<int, Port> ports = [];
    readonly Dictionary<uint, int> portOfEvent = [];
    int lastPort = ushort.MaxValue;

    internal SimulatedHypervisor(string folder, FileDescriptor? events = null)
    {
        this.folder = folder;
        Folder.Make(Path.GetFullPath(folder));
        FileDescriptor.MakeFifo(At("evtchn"));
        this.events = events ?? FileDescriptor.OpenReadWrite(At("evtchn"));
        using var file = FileDescriptor.OpenOrCreate(At("masks"));
        file.Truncate(Domids * sizeof(uint));
        masks = new(file, Domids * sizeof(uint), At("masks"));
    }

    public FileDescriptor? Descriptor => events;

    public int BindInterdomain(ushort domid, uint port)
    {
        if (State(domid) == DomainState.None || port > ushort.MaxValue || portOfEvent.ContainsKey((uint)domid << 16 | port)) // it is bound
            return -Errno.EINVAL;
        FileDescriptor.MakeFifo(At($"guest.{domid}"));
        File.Delete(Closed((uint)domid << 16 | port));
        Volatile.Write(ref Mask((uint)domid << 16 | port), 0); // a port is bound unmasked, whatever an earlier process has left
        return Add(new((uint)domid << 16 | port, port, FileDescriptor.OpenReadWrite(At($"guest.{domid}"))));
    }

    public int BindVirq(uint virq) => File.Exists(At($"virq.{virq}")) ? -Errno.EEXIST : Add(new(VirqEvent + virq, 0, null));

    public bool Adopt(int port, ushort domid, uint guestPort)
    {
        if (State(domid) == DomainState.None || ports.ContainsKey(port))
            return false;
        ports.Add(port, new((uint)domid << 16 | guestPort, guestPort, FileDescriptor.OpenReadWrite(At($"guest.{domid}"))));
        portOfEvent[(uint)domid << 16 | guestPort] = port;
        lastPort = Math.Max(lastPort, port);
        Notify(port);
        return true;
    }

    public void UnbindOthers(IReadOnlySet<int> kept) { } // a FIFO binds nothing

    public bool IsConnected(int port) => ports.TryGetValue(port, out var bound) && !File.Exists(Closed(bound.Event));

    public (ushort Domid, uint Port)? Reached(int port) =>
        port is > 0 and <= ushort.MaxValue ? ((ushort)(port >> 8), (uint)port & MostOfByte) : null;

    public void Unbind(int port)
    {
        if (!ports.Remove(port, out var bound))
            return;
        bound.Guest?.Dispose();
        if (portOfEvent.GetValueOrDefault(bound.Event) == port)
            portOfEvent.Remove(bound.Event);
    }

    public void Notify(int port)
    {
        if (!ports.TryGetValue(port, out var bound) || bound.Guest is null)
            return;
        uint number = bound.GuestPort;
        // If the FIFO is full, the guest has enough to read.
        _ = bound.Guest.WriteAtOnce(MemoryMarshal.AsBytes(new ReadOnlySpan<uint>(in number)));
    }

    public int ReadPending(Span<int> pending)
    {
        Span<uint> read = stackalloc uint[Math.Min(pending.Length, 256)];
        int bytes = events.Read(MemoryMarshal.AsBytes(read));
        int count = 0;
        for (int i = 0; i < bytes / 4; i++)
            if (portOfEvent.TryGetValue(read[i], out int port))
            {
                Interlocked.Or(ref Mask(read[i]), Masked);
                pending[count++] = port;
            }
        return count;
    }

    // A FIFO cannot mask. A guest that wants to be exact looks whether its port is masked, and then sets Pending instead of writing.
    public void Unmask(ReadOnlySpan<int> pending)
    {
        foreach (int port in pending)
            if (ports.TryGetValue(port, out var bound) && (Interlocked.And(ref Mask(bound.Event), ~(Masked | Pending)) & Pending) != 0)
            {
                uint word = bound.Event;
                _ = events.WriteAtOnce(MemoryMarshal.AsBytes(new ReadOnlySpan<uint>(in word)));
            }
    }

    public GuestPage? MapStorePage(ushort domid, out int errno) => Map(domid, $"ring.{domid}", out errno);

    public GuestPage? MapGrant(ushort domid, uint reference, out int errno)
    {
        string file = reference switch
        {
            ReservedGrant.Store => $"ring.{domid}",
            ReservedGrant.Console => $"console.{domid}",
            _ => $"grant.{domid}.{reference}",
        };
        return Map(domid, file, out errno);
    }

    public GuestPage? MapFrame(ushort domid, ulong frame, out int errno) => Map(domid, $"frame.{domid}.{frame}", out errno);

    public bool TryStatus(ushort domid, out DomainStatus status)
    {
        status = new(State(domid), UniqueId(domid));
        return true;
    }

    public int SetHandle(ushort domid, Guid handle)
    {
        File.WriteAllText(At($"handle.{domid}"), handle.ToString());
        return 0;
    }

    public int List(List<DomainInfo> into)
    {
        into.Clear();
        var rings = Directory.EnumerateFiles(folder, "ring.*").Concat(Directory.EnumerateFiles(folder, "console.*"));
        foreach (ushort domid in rings.Select(Number).Distinct())
            if (State(domid) != DomainState.None)
                into.Add(new(domid, State(domid), ShutdownReason.PowerOff, IsHvm: false, IsPaused: false,
                    IsStore: File.Exists(At($"store.{domid}")), 1, 1, CpuTime(domid), 1, Handle(domid)));
        into.Sort((one, other) => one.Domid.CompareTo(other.Domid));
        return into.Count;
    }

    // In nanoseconds. The writer of the file renames it into its place, so that it is never read in part.
    ulong CpuTime(ushort domid) =>
        File.Exists(At($"cpu.{domid}")) ? ulong.Parse(File.ReadAllText(At($"cpu.{domid}")), CultureInfo.InvariantCulture) : 0;

    public void Dispose()
    {
        foreach (var port in ports.Values)
            port.Guest?.Dispose();
        ports.Clear();
        events.Dispose();
        masks.Dispose();
    }

    ref uint Mask(uint number) => ref MemoryMarshal.Cast<byte, uint>(masks.Bytes(Domids * sizeof(uint)))[(int)(number >> 16)];

    // A process that takes another's ports over must know what they reach, so a port of ours has the domid and the guest's port in its
    // number. What has no space there gets a number above all of those.
    int Add(Port port)
    {
        uint domid = port.Event >> 16;
        bool hasSpace = domid <= MostOfByte && port.GuestPort is > 0 and <= MostOfByte;
        int number = hasSpace ? (int)(domid << 8 | port.GuestPort) : ++lastPort;
        ports.Add(number, port);
        portOfEvent[port.Event] = number;
        return number;
    }

    DomainState State(ushort domid)
    {
        if (domid >= Domid.FirstReserved || File.Exists(At($"dead.{domid}")))
            return DomainState.None;
        return File.Exists(At($"shutdown.{domid}")) ? DomainState.Exists | DomainState.ShutDown : DomainState.Exists;
    }

    // As from Xen 4.21 on: that of two domains of one domid is another.
    ulong UniqueId(ushort domid) =>
        File.Exists(At($"unique.{domid}")) ? ulong.Parse(File.ReadAllText(At($"unique.{domid}")), CultureInfo.InvariantCulture) : 0;

    // A simulated domain may have a file with its UUID, so that a test can give its domid to another domain.
    Guid Handle(ushort domid) => File.Exists(At($"uuid.{domid}")) ? Guid.Parse(File.ReadAllText(At($"uuid.{domid}"))) : Guid.Empty;

    GuestPage? Map(ushort domid, string name, out int errno)
    {
        errno = 0;
        if (State(domid) == DomainState.None || File.Exists(At($"unmappable.{domid}")))
        {
            errno = Errno.EINVAL; // as the kernel has it for a domain that does not exist
            return null;
        }
        using var file = FileDescriptor.OpenOrCreate(At(name));
        if (file.Length < GuestPage.Size)
            file.Truncate(GuestPage.Size);
        var mapping = Mapping.TryMap(file, GuestPage.Size, 0, out errno);
        return mapping is null ? null : new(mapping);
    }

    static ushort Number(string file) =>
        ushort.TryParse(Path.GetExtension(file).TrimStart('.'), NumberStyles.None, CultureInfo.InvariantCulture, out ushort domid)
            ? domid
            : Domid.FirstReserved;

    string Closed(uint bound) => At($"closed.{bound >> 16}.{bound & 0xFFFF}");

    string At(string name) => Path.Combine(folder, name);
}
