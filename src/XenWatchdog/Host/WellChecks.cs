using Xen.Linux.Files;
using XenWatchdog.Evaluation;

namespace XenWatchdog.Host;

/// <summary>The checks that were well once since the host was booted. A file in /run tells the next process.</summary>
/// <param name="folder">A folder in /run.</param>
sealed class WellChecks(string folder, FaultLog faults)
{
    int kept;

    string Place => Path.Combine(folder, "well");

    /// <summary>Names of checks that an earlier process has seen well; empty if that is unknown.</summary>
    internal HashSet<string> Read() =>
        faults.Guard("which checks were well before is not known",
            () => File.Exists(Place) ? File.ReadAllLines(Place).ToHashSet(StringComparer.Ordinal) : null) ?? [];

    /// <summary>Writes the names if they have changed.</summary>
    internal void Keep(IReadOnlyList<CheckState> checks)
    {
        int well = checks.Count(check => check.WasWell);
        if (well == kept)
            return;
        kept = well;
        var names = checks.Where(check => check.WasWell).Select(check => check.Rule.Name + "\n");
        faults.Guard("which checks were well is not kept", () => AtomicFile.Write(Place, string.Concat(names)));
    }
}
