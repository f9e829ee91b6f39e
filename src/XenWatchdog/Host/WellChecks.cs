using Xen.Linux.Files;
using XenWatchdog.Evaluation;

namespace XenWatchdog.Host;

/// <summary>Which checks were well once since the host was booted, kept in /run so that the next process knows it, too.</summary>
/// <param name="folder">In /run.</param>
sealed class WellChecks(string folder, FaultLog faults)
{
    int kept;

    string Place => Path.Combine(folder, "well");

    /// <summary>Names of checks that an earlier process has seen well; none if that is not known.</summary>
    internal HashSet<string> Read() =>
        faults.Guard("which checks were well before is not known",
            () => File.Exists(Place) ? File.ReadAllLines(Place).ToHashSet(StringComparer.Ordinal) : null) ?? [];

    /// <summary>Keeps them, if there are others than before.</summary>
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
