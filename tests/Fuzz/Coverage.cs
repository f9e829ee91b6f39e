using System.Runtime.InteropServices;
using SharpFuzz.Common;
using Xen.Protocol.Wire;
using XenConsoled.Consoles;
using XenStored.Store;

namespace XenStored.Fuzz;

/// <summary>
/// Which branches were taken, and roughly how often, in assemblies into which the tool of SharpFuzz has put counters.
/// </summary>
sealed unsafe class Coverage
{
    const int Size = 1 << 16;

    static readonly byte* Counters = (byte*)NativeMemory.AlignedAlloc(Size, 4096);

    readonly byte[] seen = new byte[Size]; // a bit for each class of counts

    static Coverage()
    {
        Map.Clear();
        Trace.SharedMem = Counters;
    }

    static Span<byte> Map => new(Counters, Size);

    /// <summary>How many branches were seen.</summary>
    internal int Branches { get; private set; }

    /// <summary>
    /// Whether branches are counted: all that is fuzzed has counters. This does not wait for the first one, because an input, or a whole
    /// corpus, may take none.
    /// </summary>
    internal static bool IsCounted { get; } =
        Array.TrueForAll([typeof(MessageFramer), typeof(XenStore), typeof(GuestConsole)], HasCounters);

    /// <summary>Counts from now on.</summary>
    internal static void Begin()
    {
        Map.Clear();
        Trace.PrevLocation = 0;
    }

    /// <summary>Whether what was counted since <see cref="Begin"/> has something that was not seen before. Then it is seen.</summary>
    /// <param name="byCount">Also another number of times is new.</param>
    internal bool SeesNew(bool byCount)
    {
        bool isNew = false;
        var map = Map;
        for (int at = 0; map[at..].IndexOfAnyExcept((byte)0) is >= 0 and var next; at++)
        {
            at += next;
            byte bit = byCount ? ClassOf(map[at]) : (byte)1;
            if ((seen[at] & bit) != 0)
                continue;
            Branches += seen[at] == 0 ? 1 : 0;
            seen[at] |= bit;
            isNew = true;
        }
        return isNew;
    }

    static bool HasCounters(Type type) =>
        Array.Exists(type.Assembly.GetReferencedAssemblies(), other => other.Name == typeof(Trace).Assembly.GetName().Name);

    static byte ClassOf(byte count) => count switch
    {
        1 => 1,
        2 => 2,
        3 => 4,
        < 8 => 8,
        < 16 => 16,
        < 32 => 32,
        < 128 => 64,
        _ => 128,
    };
}
