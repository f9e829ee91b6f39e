using System.Buffers.Binary;
using Xen.Linux;
using static Xen.Hypervisor.Linux.Calls.Layouts;

namespace Xen.Hypervisor.Linux.Calls;

/// <summary>/dev/xen/privcmd: hypercalls, and pages of other domains by their frame numbers.</summary>
sealed unsafe class Privcmd : IHypercalls, IDisposable
{
    const int BufferPages = 16, MostTries = 10;

    readonly FileDescriptor device = File.Exists("/dev/xen/privcmd") || !File.Exists("/proc/xen/privcmd")
        ? XenDevice.Open("/dev/xen/privcmd")
        : XenDevice.Open("/proc/xen/privcmd");

    readonly HypercallMemory memory = new(1 + BufferPages);

    public int MostOfBuffer => BufferPages * GuestPage.Size;

    public long Call(Hypercall call)
    {
        var argument = memory.Bytes(call.Argument.Length);
        call.Argument.CopyTo(argument);
        var buffer = memory.Bytes(GuestPage.Size + call.Buffer.Length)[GuestPage.Size..];
        if (!call.Buffer.IsEmpty)
        {
            call.Buffer.CopyTo(buffer);
            BinaryPrimitives.WriteUInt64LittleEndian(argument[call.BufferPointer..], (ulong)memory.Start + GuestPage.Size);
        }
        var request = new PrivcmdHypercall { Number = call.Number };
        if (call is { Operation: { } first, CountComesFirst: true })
            (request.Argument0, request.Argument1, request.Argument2) = (first, call.Count, (ulong)memory.Start);
        else if (call.Operation is { } operation)
            (request.Argument0, request.Argument1, request.Argument2) = (operation, (ulong)memory.Start, call.Count);
        else
            request.Argument0 = (ulong)memory.Start;
        int result, tries = 0;
        do
            result = device.Control(Ioctl.PrivcmdHypercall, &request);
        while (result == -Errno.EFAULT && memory.MayMove && ++tries < MostTries);
        argument.CopyTo(call.Argument);
        buffer.CopyTo(call.Buffer);
        return result;
    }

    /// <summary>Maps a page of a domain by its frame number; null and the errno if there is none.</summary>
    internal GuestPage? Map(ushort domid, ulong frame, out int errno)
    {
        var mapping = Mapping.TryMap(device, GuestPage.Size, 0, out errno);
        if (mapping is null)
            return null;
        int error = 0;
        var batch = new PrivcmdMmapBatchV2 { Count = 1, Domid = domid, Address = (ulong)mapping.Start, Frames = &frame, Errors = &error };
        errno = -Math.Min(device.Control(Ioctl.PrivcmdMmapBatchV2, &batch), 0);
        if (error < 0)
            errno = -error;
        if (errno == 0)
            return new(mapping);
        mapping.Dispose();
        return null;
    }

    public void Dispose()
    {
        memory.Dispose();
        device.Dispose();
    }
}
