using System.Runtime.InteropServices;

namespace Xen.Protocol.Rings;

/// <summary>
/// The page through which a guest's console talks (struct xencons_interface, public/io/console.h). Input is what the guest reads, output
/// what it writes.
/// </summary>
/// <param name="page">The 4096 bytes.</param>
public readonly ref struct ConsolePage(Span<byte> page)
{
    /// <summary>Bytes of the page.</summary>
    public const int Size = 4096;
    /// <summary>Bytes of the ring that the guest reads.</summary>
    public const int InputSize = 1024;
    /// <summary>Bytes of the ring that the guest writes.</summary>
    public const int OutputSize = 2048;

    const byte Connected = 0;

    readonly Span<byte> page = page[..Size];

    ref ConsoleFields Shared => ref MemoryMarshal.AsRef<ConsoleFields>(page[(InputSize + OutputSize)..]);

    /// <summary>What the guest is to read.</summary>
    public ByteRing Input => new(page[..InputSize], ref Shared.InputConsumed, ref Shared.InputProduced);

    /// <summary>What the guest wrote.</summary>
    public ByteRing Output => new(page.Slice(InputSize, OutputSize), ref Shared.OutputConsumed, ref Shared.OutputProduced);

    /// <summary>Whether the guest is told that somebody takes what it writes (since Xen 4.21; before, nobody looks at it).</summary>
    public bool IsConnected => Volatile.Read(ref Shared.Connection) == Connected;

    /// <summary>
    /// Tells the guest that somebody takes what it writes, for good: the toolstack says otherwise when it builds or restores a guest, and
    /// a daemon that ends does not. Linux from 7.2 on throws away what it would write while it is told otherwise, and waits for room
    /// while it is not.
    /// </summary>
    public void Connect() => Volatile.Write(ref Shared.Connection, Connected);

    /// <summary>The fields behind the rings, from offset 3072.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct ConsoleFields
    {
        internal uint InputConsumed, InputProduced, OutputConsumed, OutputProduced;
        internal byte Connection;
    }
}
