using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace XenConsoled.Memory;

/// <summary>
/// Two halves, and a word that names the newer one. A publish writes the older half. A process that dies at any instant leaves a whole
/// state.
/// </summary>
static class StateHalves
{
    /// <summary>Bytes of the word and the halves.</summary>
    internal static int Size => 8 + 2 * Unsafe.SizeOf<ConsoleState>();

    /// <summary>Makes a state the current one.</summary>
    internal static void Publish(Span<byte> halves, in ConsoleState state)
    {
        ref uint newest = ref MemoryMarshal.AsRef<uint>(halves);
        uint next = Volatile.Read(ref newest) + 1;
        MemoryMarshal.Write(halves[At(next)..], in state);
        Volatile.Write(ref newest, next); // no earlier store may be seen after it; the death of a process reorders nothing else
    }

    /// <summary>The current state.</summary>
    internal static ConsoleState Read(Span<byte> halves) =>
        MemoryMarshal.Read<ConsoleState>(halves[At(Volatile.Read(ref MemoryMarshal.AsRef<uint>(halves)))..]);

    static int At(uint number) => 8 + (int)(number & 1) * Unsafe.SizeOf<ConsoleState>();
}
