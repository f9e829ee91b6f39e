using System.Text;
using Xen.Support;

namespace Load;

/// <summary>A simulated guest on its ring.</summary>
sealed class Guest(string folder, int domid, int port) : IStore, IDisposable
{
    // The daemon need not hear of room in a ring that has never been full: one bell a reply, as Linux does.
    static readonly RingHabits Habits = new(InPieces: true, Announces.Always, Announces.WhenWaitedFor);

    readonly StoreGuest ring = new(folder, (ushort)domid, (uint)port, Habits, limitMs: -1)
    {
        Mask = PortMask.TryOpen(folder, (ushort)domid),
    };
    readonly byte[] input = new byte[Wire.HeaderSize + Wire.MaxPayload];

    /// <summary>Makes the domain known to the daemon.</summary>
    public static void Introduce(Client toolstack, int domid, int port) =>
        toolstack.Call(Wire.Introduce, 0, Encoding.UTF8.GetBytes($"{domid}\01\0{port}\0"));

    public void SendRaw(ReadOnlySpan<byte> requests) => ring.Send(requests);

    public Reply Next()
    {
        ring.Receive(input.AsSpan(0, Wire.HeaderSize));
        var whole = input.AsSpan(0, Reply.LengthOf(input.AsSpan(0, Wire.HeaderSize)));
        ring.Receive(whole[Wire.HeaderSize..]);
        return Reply.Parse(whole);
    }

    public void Dispose() => ring.Dispose();
}
