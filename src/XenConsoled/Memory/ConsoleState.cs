using System.Runtime.InteropServices;
using XenConsoled.Lines;

namespace XenConsoled.Memory;

/// <summary>
/// All state of a console that must outlive the process: what was taken from the guest, and where it still has to go. It is published as a
/// whole (<see cref="StateHalves"/>) before the guest is notified that its bytes were taken.
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
    /// <summary>How many of those the log does not report yet.</summary>
    internal ulong LogLostUnreported;
    /// <summary>Bytes given to the guest.</summary>
    internal ulong Sent;
    /// <summary>The output that waits for the pty's readers.</summary>
    internal OutputMarks Output;
    /// <summary>The write to the log that is under way.</summary>
    internal LogIntent Intent;
    /// <summary>The consumer's index in the guest's output ring after all that was taken.</summary>
    internal uint RingConsumed;
    /// <summary>Our port, and the guest's; 0 if none is bound.</summary>
    internal int Port;
    internal uint GuestPort;
    /// <summary>The mapped frame.</summary>
    internal ulong RingRef;
    /// <summary>Bytes of the areas for recent output, and for the head and tail of waiting output.</summary>
    internal int Recent, Head, Tail;
    /// <summary>Number of the pty: 7 of /dev/pts/7; -1 if there is none.</summary>
    internal int PtyNumber;
    /// <summary>Where the next byte of the log stands.</summary>
    internal LogPlace LogPlace;
}
