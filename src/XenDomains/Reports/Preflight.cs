using System.Globalization;
using Xen.Hosting;
using Xen.Linux.Files;
using XenDomains.Configuration;
using XenDomains.Execution;
using XenDomains.Facts;
using XenDomains.Planning;
using XenDomains.Planning.Steps;
using XenDomains.Toolstack;

namespace XenDomains.Reports;

/// <summary>Finds what would go wrong at the next start or stop, one sentence each.</summary>
static class Preflight
{
    // Domain numbers end before DOMID_FIRST_RESERVED (public/xen.h).
    const int FirstReserved = 0x7FF0, FewNumbers = 1000;

    /// <summary>Looks at this host. A failure of the look is a finding, too.</summary>
    /// <param name="named">The file of settings that the command line names; null: it names none.</param>
    internal static async Task<IReadOnlyList<string>> LookAsync(StartStop guests, string? named)
    {
        var config = guests.Config;
        var findings = new List<string>();
        if (named is null && DomainsSettings.Places.Where(File.Exists).Skip(1).ToList() is { Count: > 0 } others)
            findings.Add($"{string.Join(" and ", others)} {(others.Count == 1 ? "is" : "are")} not read: {config.File} comes first");
        try
        {
            var facts = await guests.LookAsync().ConfigureAwait(false);
            long? free = config is { Saves: true, SaveFolder: { } folder } && Directory.Exists(folder)
                ? new DriveInfo(folder).AvailableFreeSpace >> 20
                : null;
            if (config is { Saves: true, SaveFolder: { } absent } && free is null)
                findings.Add($"the folder {absent} for images is not there");
            // At the next start, the memory that guests have now is available again.
            long? memory = await guests.Toolstack.MemoryAsync().ConfigureAwait(false) + facts.Domains.Sum(domain => domain.Memory);
            var (start, stop) = (StartPlan.Make(facts), StopPlan.Make(facts, end: HostEnd.GoesDown));
            findings.AddRange(Findings(facts, start, stop, guests.Host.Problems, memory, free));
        }
        catch (Exception e) when (FileFault.Is(e) || e is ToolstackException)
        {
            findings.AddRange([.. config.Faults, e.Message]);
        }
        return findings;
    }

    /// <param name="start">The plan of a start now.</param>
    /// <param name="stop">The plan of a stop because the host goes down.</param>
    /// <param name="problems">What a configuration needs and the host lacks or has in a wrong state, a sentence each.</param>
    /// <param name="memory">How much memory all guests together may have, in MiB; null: unknown.</param>
    /// <param name="free">Free space for the save folder, in MiB; null: guests are not saved.</param>
    internal static IReadOnlyList<string> Findings(
        HostFacts facts, Plan<StartStep> start, Plan<StopStep> stop, Func<GuestConfig, IReadOnlyList<string>> problems,
        long? memory, long? free)
    {
        var findings = new List<string>(start.Remarks);
        var foreign = facts.Domains.Where(domain => facts.Owner?.Owns(domain.IsForeign) ?? domain.IsForeign).Select(domain => domain.Name)
            .ToList();
        if (facts.Owner is { } owner && foreign.Count > 0)
            findings.Add($"{owner.Sentence}, and xendomains may not save or destroy them: disable xendomains");
        else if (foreign.Count > 0)
            findings.Add($"another toolstack made {string.Join(", ", foreign)}: xendomains can ask for a shutdown and do no more,"
                + " so let that toolstack stop what it made");
        findings.AddRange(from step in start.Steps
                          where step.Action == StartAction.Blocked
                          select $"{step.Name} would not start: {step.Why}");
        findings.AddRange(CutOff(stop));
        foreach (var config in facts.Guests.Where(config => config.Fault is null))
            findings.AddRange(OfGuest(facts, config, problems).Distinct());
        long needed = facts.Guests.Sum(config => config.Memory);
        if (needed > memory)
            findings.Add(string.Create(CultureInfo.InvariantCulture,
                $"all guests together take {needed} MiB of memory, and the host has {memory} MiB for them"));
        if (needed > free)
            findings.Add(string.Create(CultureInfo.InvariantCulture,
                $"to save all guests takes about {needed} MiB, and {facts.Config.SaveFolder} has room for {free} MiB"));
        if (facts.Owner is { UsesNumbersOnce: true } && facts.Domains.Count > 0
            && facts.Domains.Max(domain => domain.Id) is >= FirstReserved - FewNumbers and var last)
            findings.Add(string.Create(CultureInfo.InvariantCulture,
                $"domain {last} is near the last number that a domain can have, {FirstReserved - 1}:"
                + $" {facts.Owner.Name} uses no number twice, and starts no guest after that until the host is rebooted"));
        findings.AddRange(from image in facts.Images
                          where image.Place == ImagePlace.Stale
                          select $"{image.File} is an image that {image.Name} went on without: remove it if you do not need it");
        return findings;
    }

    /// <summary>The guests that a stop because the host goes down would leave running.</summary>
    internal static IEnumerable<string> CutOff(Plan<StopStep> stop) =>
        from step in stop.Steps where step.IsFault select $"{step.Name} would not be stopped with the host: {step.Why}";

    static IEnumerable<string> OfGuest(HostFacts facts, GuestConfig config, Func<GuestConfig, IReadOnlyList<string>> problems)
    {
        var settings = facts.Config;
        foreach (string problem in problems(config))
            yield return $"{config.Name}: {problem}";
        foreach (string name in config.Annotations.After.Where(name => !IsKnown(facts, name)))
            yield return $"{config.Name}: after={name} in its comments, and there is no guest {name}";
        if (config.HasPci && (config.Annotations.Stop?.Contains(StopWay.Save) ?? settings.Saves))
            yield return $"{config.Name} has PCI devices, and so cannot be saved: " + (settings.ShutsDown
                ? "it is shut down instead; stop=shutdown in its comments says the same"
                : "XENDOMAINS_SHUTDOWN is empty, and when the host goes down it is cut off");
        if (config.TrustsPygrub && Environment.GetEnvironmentVariable("LIBXL_BOOTLOADER_RESTRICT") is null)
            yield return $"{config.Name}: pygrub reads its disk as root, which Xen's security team does not support (XSA-508):"
                + " bootloader_restrict=1 in its configuration takes pygrub's rights away (from Xen 4.18 on; before,"
                + " LIBXL_BOOTLOADER_RESTRICT=1 where xl runs)";
    }

    static bool IsKnown(HostFacts facts, string name) =>
        facts.Auto.Any(guest => guest.Name == name) || facts.Domains.Any(domain => domain.Name == name)
        || facts.Images.Any(image => image.Name == name) || facts.Rebooting.Contains(name);
}
