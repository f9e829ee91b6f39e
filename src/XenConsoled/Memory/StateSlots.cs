using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace XenConsoled.Memory;

/// <summary>
/// A word that names the newer of two slots, and the slots, of which a publish writes the older one. A process that dies at any instant
/// leaves a whole state.
/// </summary>
static class StateSlots
{
    /// <summary>Bytes that the slots take.</summary>
    internal static int Size => 8 + 2 * Unsafe.SizeOf<ConsoleState>();

    /// <summary>Makes a state the true one.</summary>
    internal static void Publish(Span<byte> slots, in ConsoleState state)
    {
        ref uint newest = ref MemoryMarshal.AsRef<uint>(slots);
        uint next = Volatile.Read(ref newest) + 1;
        MemoryMarshal.Write(slots[At(next)..], in state);
        Volatile.Write(ref newest, next); // no store before it may be seen after it; a process's death reorders nothing else
    }

    /// <summary>The true state.</summary>
    internal static ConsoleState Read(Span<byte> slots) =>
        MemoryMarshal.Read<ConsoleState>(slots[At(Volatile.Read(ref MemoryMarshal.AsRef<uint>(slots)))..]);

    static int At(uint number) => 8 + (int)(number & 1) * Unsafe.SizeOf<ConsoleState>();
}
