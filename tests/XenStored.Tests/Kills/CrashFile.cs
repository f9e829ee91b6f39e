using System.Runtime.InteropServices;
using XenStored.Crashes;

namespace XenStored.Tests.Kills;

/// <summary>What the store under test shares with the one that has it killed: see <see cref="Crash"/>.</summary>
sealed class CrashFile(string path) : IDisposable
{
    readonly SharedFile file = new(path, Crash.FileSize);

    public void Dispose() => file.Dispose();

    /// <summary>Whether nobody has died yet at the point that was asked for.</summary>
    internal bool IsArmed => Volatile.Read(ref Numbers[0]) != 0;

    Span<int> Numbers => MemoryMarshal.Cast<byte, int>(file.Bytes);

    /// <summary>The process that passes a point for the count-th time from now on dies there.</summary>
    internal void Arm(CrashPoint point, int count)
    {
        Numbers[1] = count;
        Volatile.Write(ref Numbers[0], (int)point);
    }

    /// <summary>The next one that passes the point dies there.</summary>
    internal void Hurry() => Volatile.Write(ref Numbers[1], 1);

    /// <summary>Nobody dies.</summary>
    internal void Disarm() => Volatile.Write(ref Numbers[0], 0);

    internal int Passes(CrashPoint point) => Numbers[Crash.FirstCount + (int)point];

    internal int Kills(CrashPoint point) => Numbers[Crash.FirstCount + Crash.Most + (int)point];
}
