using System.Runtime.InteropServices;
using Xen.Support;

namespace Xen.Conformance;

/// <summary>A guest: the other end of a ring page, which the daemon maps from the same file.</summary>
sealed class RingClient(string folder, int domid, uint port) : IGuest
{
    readonly StoreGuest guest = new(folder, (ushort)domid, port);
    readonly List<byte> received = [];

    /// <summary>A ring has no end; only silence tells that the daemon has given it up.</summary>
    public bool IsClosed => false;

    public int Notifications => guest.EventsSoFar;

    public uint Peek(RingField field) => Volatile.Read(ref Word(field));

    public void Poke(RingField field, uint value)
    {
        Volatile.Write(ref Word(field), value);
        Interlocked.MemoryBarrier();
    }

    public void Notify() => guest.Notify();

    public void Reset() => received.Clear();

    public void Send(ReadOnlySpan<byte> bytes) => guest.Send(bytes);

    public Message? Receive(TimeSpan timeout)
    {
        var deadline = DateTime.UtcNow + timeout;
        byte[] bytes = new byte[GuestEnd.PageSize];
        while (true)
        {
            if (Wire.TakeMessage(received) is { } message)
                return message;
            if (guest.Take(bytes) is > 0 and var count)
                received.AddRange(bytes.AsSpan(0, count));
            else if (deadline - DateTime.UtcNow is { Ticks: > 0 } left)
                guest.AwaitEvents((int)left.TotalMilliseconds + 1);
            else
                return null;
        }
    }

    public void Dispose() => guest.Dispose();

    ref uint Word(RingField field) => ref MemoryMarshal.Cast<byte, uint>(guest.Bytes)[(int)field / sizeof(uint)];
}
