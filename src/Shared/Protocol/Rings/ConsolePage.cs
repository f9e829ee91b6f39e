using System.Runtime.InteropServices;

namespace Xen.Protocol.Rings;

/// <summary>
/// The page of a guest's console (struct xencons_interface, public/io/console.h). The guest reads the input and writes the output.
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

    /// <summary>The ring that the guest reads.</summary>
    public ByteRing Input => new(page[..InputSize], ref Shared.InputConsumed, ref Shared.InputProduced);

    /// <summary>The ring that the guest writes.</summary>
    public ByteRing Output => new(page.Slice(InputSize, OutputSize), ref Shared.OutputConsumed, ref Shared.OutputProduced);

    /// <summary>
    /// Whether the page says to the guest that a console daemon reads its output. The field is from Xen 4.21; older guests ignore it.
    /// </summary>
    public bool IsConnected => Volatile.Read(ref Shared.Connection) == Connected;

    /// <summary>
    /// Says to the guest that a console daemon reads its output. The toolstack clears this when it builds or restores a guest; a daemon
    /// that ends does not. While it is cleared, Linux from 7.2 on drops its output; else Linux waits for space in the ring.
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
