using System.Diagnostics;
using Xen.Linux;
using Xen.Linux.Processes;

namespace XenStored.Crashes;

/// <summary>
/// Kills this process at a point that a test has chosen. Only an executable that is built with -p:CrashPoints=true has the points:
/// elsewhere the compiler leaves out each call. The test shares a file of 32-bit numbers: which point, how often it is still to be passed,
/// how often each point was passed, and how often a process was killed there.
/// </summary>
static class Crash
{
    /// <summary>The environment's name of the file's path.</summary>
    internal const string Variable = "XENSTORED_CRASH";

    /// <summary>The number of points for which the file has room.</summary>
    internal const int Most = 128;

    /// <summary>Where in the file a point's count of passes is; its count of kills is <see cref="Most"/> numbers behind.</summary>
    internal const int FirstCount = 2;

    /// <summary>Bytes of the file.</summary>
    internal const int FileSize = (FirstCount + 2 * Most) * sizeof(int);

    const int Kill = 9;

    static readonly Mapping? Shared = Open();

    /// <summary>The process is at this point.</summary>
    [Conditional("CRASH_POINTS")]
    internal static void At(CrashPoint point)
    {
        if (Shared is null)
            return;
        var numbers = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, int>(Shared.Bytes(FileSize));
        numbers[FirstCount + (int)point]++;
        if (Volatile.Read(ref numbers[0]) != (int)point || --numbers[1] > 0)
            return;
        numbers[FirstCount + Most + (int)point]++;
        Volatile.Write(ref numbers[0], 0); // the next process lives
        ProcessTable.Signal(Environment.ProcessId, Kill);
    }

    static Mapping? Open()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { } path)
            return null;
        using var file = FileDescriptor.OpenReadWrite(path);
        return new(file, FileSize, path);
    }
}
