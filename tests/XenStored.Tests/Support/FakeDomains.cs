using Xen.Hypervisor;
using Xen.Hypervisor.Answers;
using Xen.Linux;
using Xen.Linux.Loop;
using XenStored.Connections.Sources;

namespace XenStored.Tests.Support;

/// <summary>A hypervisor by hand: domains are made, changed and replaced by the test; pages and ports are only counted.</summary>
sealed class FakeDomains : IDomains, IEventChannels, IGuestMemory
{
    public int SetHandle(ushort domid, Guid handle) => -Errno.EPERM;

    readonly Dictionary<ushort, DomainStatus> domains = new() { [0] = new(DomainState.Exists, 1) };
    readonly HashSet<ushort> changed = [];
    readonly Dictionary<int, ushort> guestOfPort = [];
    readonly Queue<int> pending = new();
    readonly FileDescriptor counter = FileDescriptor.EventCounter();
    ulong lastIdentity = 1;
    int lastPort, virq;

    public bool TellsChanges { get; set; }
    internal int PagesMapped { get; private set; }
    internal bool IsOverflown { get; set; }
    internal bool RefusesToBind { get; set; }
    /// <summary>It answers no question about a domain.</summary>
    internal bool IsSilent { get; set; }

    internal uint GivenPort { get; set; }
    internal Dictionary<ushort, uint> Bound { get; } = [];
    internal HashSet<int> Unmasked { get; } = [];

    internal void Change(ushort domid, DomainState state)
    {
        domains[domid] = new(state, domains.TryGetValue(domid, out var old) ? old.UniqueId : ++lastIdentity);
        changed.Add(domid);
    }

    /// <summary>The domain dies and another one of the same id is made.</summary>
    internal void Replace(ushort domid)
    {
        domains[domid] = new(DomainState.Exists, ++lastIdentity);
        changed.Add(domid);
    }

    internal void RaiseVirq(DomainEvents guests) => Raise(guests, virq);

    internal void Raise(DomainEvents guests, params IEnumerable<int> ports)
    {
        foreach (int port in ports)
            pending.Enqueue(port);
        guests.Ready(Readiness.Read);
    }

    public bool TryStatus(ushort domid, out DomainStatus status)
    {
        status = domains.GetValueOrDefault(domid);
        return !IsSilent;
    }

    public bool TryNextChanged(out ushort domid, out DomainStatus status)
    {
        domid = changed.FirstOrDefault();
        status = domains.GetValueOrDefault(domid);
        return changed.Remove(domid);
    }

    internal int ListError { get; init; }

    public int List(List<DomainInfo> into)
    {
        into.Clear();
        if (ListError != 0)
            return -ListError;
        foreach (var (domid, status) in domains.Where(domain => domain.Value.State != DomainState.None))
            into.Add(new(domid, status.State, ShutdownReason.PowerOff, false, false, false, 1, 1, 0, 1, Guid.Empty));
        return into.Count;
    }

    public FileDescriptor? Descriptor => counter;

    public int BindInterdomain(ushort domid, uint port)
    {
        if (RefusesToBind || Bound.TryGetValue(domid, out uint other) && other == port)
            return -Errno.EINVAL;
        Bound[domid] = port;
        guestOfPort[++lastPort] = domid;
        return lastPort;
    }

    public int BindVirq(uint number) => virq = ++lastPort;
    public bool Adopt(int port, ushort domid, uint guestPort) => false;
    public void UnbindOthers(IReadOnlySet<int> kept) { }
    public bool IsConnected(int port) => guestOfPort.ContainsKey(port);
    public (ushort Domid, uint Port)? Reached(int port) => null;

    public void Unbind(int port)
    {
        if (guestOfPort.Remove(port, out ushort domid))
            Bound.Remove(domid);
    }

    public void Notify(int port) { }

    public void Unmask(ReadOnlySpan<int> ports)
    {
        foreach (int port in ports)
            Unmasked.Add(port);
    }

    public int ReadPending(Span<int> ports)
    {
        if (IsOverflown)
        {
            IsOverflown = false;
            return -Errno.EFBIG;
        }
        int count = 0;
        while (count < ports.Length && pending.TryDequeue(out int port))
            ports[count++] = port;
        return count;
    }

    public GuestPage? MapGrant(ushort domid, uint reference, out int errno) => MapStorePage(domid, out errno);
    public GuestPage? MapFrame(ushort domid, ulong frame, out int errno) => MapStorePage(domid, out errno);

    public GuestPage? MapStorePage(ushort domid, out int errno)
    {
        errno = 0;
        PagesMapped++;
        var page = new GuestPage(Mapping.Locked(GuestPage.Size), () => PagesMapped--);
        BitConverter.TryWriteBytes(page.Bytes[2076..], GivenPort);
        return page;
    }

    public void Dispose()
    {
        if (counter.Number >= 0)
            counter.Dispose();
    }
}
