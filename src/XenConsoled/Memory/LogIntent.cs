using System.Runtime.InteropServices;

namespace XenConsoled.Memory;

/// <summary>
/// A write to a log that has begun. If the process dies in it, the file's length tells how much was written. The next process formats the
/// same bytes again, and writes the rest.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
struct LogIntent
{
    /// <summary>How many bytes of the console it covers; 0: no write is under way.</summary>
    internal uint Raw;
    /// <summary>The file's length before it.</summary>
    internal ulong FileLength;
    /// <summary>The time of its lines, in ticks.</summary>
    internal long Time;
    /// <summary>Bytes lost before it. The log reports them first.</summary>
    internal ulong Lost;

    /// <summary>How many formatted bytes are in a file of this length. A file that became shorter was begun again.</summary>
    internal readonly int Done(ulong length, int formatted)
    {
        ulong grown = length >= FileLength ? length - FileLength : length;
        return grown <= (ulong)formatted ? (int)grown : 0; // somebody else wrote to it: better twice than never
    }
}
