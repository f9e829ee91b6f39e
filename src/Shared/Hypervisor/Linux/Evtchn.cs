using System.Runtime.InteropServices;
using Xen.Hypervisor.Linux.Calls;
using Xen.Linux;
using Xen.Protocol.Wire;
using static Xen.Hypervisor.Linux.Calls.Layouts;

namespace Xen.Hypervisor.Linux;

/// <summary>/dev/xen/evtchn: all our ports on one descriptor. Closing it unbinds them all.</summary>
/// <param name="adopted">The open device of an earlier process, with the ports that it bound. Null opens the device again.</param>
sealed unsafe class Evtchn(IHypercalls hypercalls, FileDescriptor? adopted = null) : IEventChannels
{
    const int MostPorts = 1 << 17; // EVTCHN_FIFO_NR_CHANNELS
    const int MostAtOnce = 1024; // the kernel takes a page of them in one write

    internal const string Path = "/dev/xen/evtchn";

    readonly FileDescriptor device = adopted ?? XenDevice.Open(Path);

    public FileDescriptor? Descriptor => device;

    public int BindInterdomain(ushort domid, uint port)
    {
        var bind = new EvtchnBindInterdomain { RemoteDomain = domid, RemotePort = port };
        return device.Control(Ioctl.EvtchnBindInterdomain, &bind);
    }

    public int BindVirq(uint virq) => device.Control(Ioctl.EvtchnBindVirq, &virq);

    public bool Adopt(int port, ushort domid, uint guestPort) =>
        device.Control(Ioctl.EvtchnNotify, &port) == 0; // ENOTCONN for a port that is not ours

    public void UnbindOthers(IReadOnlySet<int> kept)
    {
        for (int port = 1; port < MostPorts; port++)
            if (!kept.Contains(port))
                Unbind(port);
    }

    public bool IsConnected(int port) => Reached(port) is not null;

    public (ushort Domid, uint Port)? Reached(int port)
    {
        var status = new EvtchnStatus { Domid = Domid.Self, Port = (uint)port };
        long result = hypercalls.Call(new(XenNumbers.EventChannelOp, MemoryMarshal.AsBytes(new Span<EvtchnStatus>(ref status)))
        {
            Operation = XenNumbers.EventChannelStatus,
        });
        return result == 0 && status.Status == XenNumbers.EventChannelInterdomain ? (status.RemoteDomid, status.RemotePort) : null;
    }

    public void Unbind(int port) => _ = device.Control(Ioctl.EvtchnUnbind, &port); // fails only for a port that is not bound

    public void Notify(int port) => _ = device.ControlAtOnce(Ioctl.EvtchnNotify, &port); // fails only for a port that is not bound

    public int ReadPending(Span<int> ports)
    {
        int bytes = device.Read(MemoryMarshal.AsBytes(ports));
        if (bytes == -Errno.EFBIG)
            _ = device.Control(Ioctl.EvtchnReset, null);
        return bytes < 0 ? bytes == -Errno.EAGAIN ? 0 : bytes : bytes / sizeof(int);
    }

    public void Unmask(ReadOnlySpan<int> ports)
    {
        // The kernel skips ports that are not bound any more.
        for (; !ports.IsEmpty; ports = ports[Math.Min(MostAtOnce, ports.Length)..])
            _ = device.WriteAtOnce(MemoryMarshal.AsBytes(ports[..Math.Min(MostAtOnce, ports.Length)]));
    }

    public void Dispose() => device.Dispose();
}
