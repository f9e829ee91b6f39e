using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace XenConsoled.Core;

/// <summary>
/// All that must outlive the process of one console: what was taken from the guest and where it still has to go. It is published as a whole
/// (<see cref="StateSlots"/>) before the guest is told that its bytes were taken.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
struct ConsoleState
{
    /// <summary>Bytes taken from the guest since its console began.</summary>
    internal ulong Taken;
    /// <summary>How many of them are in the log, or lost for it.</summary>
    internal ulong Logged;
    /// <summary>How many were lost for the log.</summary>
    internal ulong LogLost;
    /// <summary>How many of those are not yet said in the log.</summary>
    internal ulong LogLostUnsaid;
    /// <summary>Bytes given to the guest.</summary>
    internal ulong Sent;
    /// <summary>What waits for the pty's readers.</summary>
    internal OutputMarks Output;
    /// <summary>The write to the log that is under way.</summary>
    internal LogIntent Intent;
    /// <summary>The consumer's index in the guest's output ring after all that was taken.</summary>
    internal uint RingConsumed;
    /// <summary>Our port, and the guest's; 0 if none is bound.</summary>
    internal int Port;
    internal uint GuestPort;
    /// <summary>The frame that is mapped.</summary>
    internal ulong RingRef;
    /// <summary>Bytes of the rooms for recent output and for the head and tail of what waits.</summary>
    internal int Recent, Head, Tail;
    /// <summary>Number of the pty: 7 of /dev/pts/7; -1 if there is none.</summary>
    internal int PtyNumber;
    /// <summary>Where the next byte of the log stands.</summary>
    internal LogLines.Place LogPlace;
}

/// <summary>
/// A write to a log that was begun. If the process dies in it, the length of the file tells how much of it was done: the same bytes formatted
/// again, less that, are what is missing.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
struct LogIntent
{
    /// <summary>Bytes of the console that it covers; 0: no write is under way.</summary>
    internal uint Raw;
    /// <summary>The file's length before it.</summary>
    internal ulong FileLength;
    /// <summary>The time of its lines, in ticks.</summary>
    internal long Time;
    /// <summary>Bytes lost before it, of which the log is told first.</summary>
    internal ulong Lost;

    /// <summary>How many of the formatted bytes are in a file of this length. A file that is shorter than before was begun anew.</summary>
    internal readonly int Done(ulong length, int formatted)
    {
        ulong grown = length >= FileLength ? length - FileLength : length;
        return grown <= (ulong)formatted ? (int)grown : 0; // another wrote to it: rather twice than not at all
    }
}

/// <summary>Two slots of which a publish writes the older one; the last word names the newer. A process that dies at any instant leaves a whole state.</summary>
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
    internal static ConsoleState Read(Span<byte> slots) => MemoryMarshal.Read<ConsoleState>(slots[At(Volatile.Read(ref MemoryMarshal.AsRef<uint>(slots)))..]);

    static int At(uint number) => 8 + (int)(number & 1) * Unsafe.SizeOf<ConsoleState>();
}
