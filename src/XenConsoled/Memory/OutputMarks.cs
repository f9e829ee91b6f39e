using System.Runtime.InteropServices;

namespace XenConsoled.Memory;

/// <summary>How far a buffer of output is written and read. Positions of the tail only grow; those of the head are offsets.</summary>
[StructLayout(LayoutKind.Sequential)]
struct OutputMarks
{
    internal ulong TailStart, TailEnd, Dropped;
    internal int HeadStart, HeadEnd;
}
