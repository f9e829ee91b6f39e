using System.Runtime.InteropServices;

namespace XenConsoled.Memory;

/// <summary>
/// A write to a log that was begun. If the process dies in it, the length of the file tells how much of it was done: the same bytes
/// formatted again, less that, are what is missing.
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
