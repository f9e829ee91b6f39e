using System.Globalization;
using XenDomains.Configuration;
using XenDomains.Planning;

namespace XenDomains.Reports;

/// <summary>What would go wrong at the next start or stop, found beforehand: one sentence each.</summary>
static class Preflight
{
    // Domains' numbers end before DOMID_FIRST_RESERVED (public/xen.h).
    const string Networks = "/sys/class/net/";
    const int FirstReserved = 0x7FF0, FewNumbers = 1000;

    /// <param name="start">The plan of a start now.</param>
    /// <param name="stop">The plan of a stop because the host goes down.</param>
    /// <param name="missing">What a configuration needs and the host does not have; null if it has all.</param>
    /// <param name="memory">What guests may have together, in MiB; null: unknown.</param>
    /// <param name="room">What the save folder has room for, in MiB; null: guests are not saved.</param>
    internal static IReadOnlyList<string> Findings(Facts facts, Plan<StartStep> start, Plan<StopStep> stop, Func<GuestConfig, string?> missing, long? memory, long? room)
    {
        var findings = new List<string>(start.Remarks);
        findings.AddRange(from step in start.Steps where step.Action == StartAction.Hold select $"{step.Name} would not start: {step.Why}");
        findings.AddRange(CutOff(stop));
        foreach (var config in facts.Auto.Where(config => config is { Name: not null, Fault: null }))
            findings.AddRange(OfGuest(facts, config, missing).Distinct());
        long needed = facts.Auto.Sum(config => config.Memory);
        if (needed > memory)
            findings.Add(string.Create(CultureInfo.InvariantCulture, $"all guests together take {needed} MiB of memory, and the host has {memory} MiB for them"));
        if (needed > room)
            findings.Add(string.Create(CultureInfo.InvariantCulture, $"to save all guests takes about {needed} MiB, and {facts.Config.SaveFolder} has room for {room} MiB"));
        if (facts.Domains.Count > 0 && facts.Domains.Max(domain => domain.Id) is >= FirstReserved - FewNumbers and var last)
            findings.Add(string.Create(CultureInfo.InvariantCulture, $"domain {last} is near the last number that a domain can have, {FirstReserved - 1}: where no number is used twice (Qubes) no guest can be started after that until the host is rebooted"));
        findings.AddRange(from image in facts.Images
                          where image.Place == ImagePlace.Stale
                          select $"{image.File} is an image that {image.Name} went on without: remove it when nobody wants it");
        return findings;
    }

    /// <summary>Who is left running by a stop because the host goes down.</summary>
    internal static IEnumerable<string> CutOff(Plan<StopStep> stop) => from step in stop.Steps where step.IsFault select $"{step.Name} would not be stopped with the host: {step.Why}";

    static IEnumerable<string> OfGuest(Facts facts, GuestConfig config, Func<GuestConfig, string?> missing)
    {
        var settings = facts.Config;
        foreach (var (what, path) in config.Files.Where(file => !File.Exists(file.Path)))
            yield return $"{config.Name}: its {what} {path} is not there{(path[0] == '/' ? "" : ": it is looked for as it is written; write its path from / on")}";
        foreach (string lacking in Needs(config).Select(missing).OfType<string>())
            yield return $"{config.Name}: {lacking}";
        foreach (string bridge in config.Bridges.Where(name => Directory.Exists(Networks + name) && !Directory.Exists($"{Networks}{name}/bridge")))
            yield return $"{config.Name}: its bridge {bridge} is a network device and no bridge: name a bridge, or, if it is one of Open vSwitch, script=vif-openvswitch";
        foreach (string name in config.Notes.After.Where(name => !IsKnown(facts, name)))
            yield return $"{config.Name}: after={name} in its comments, and there is no guest {name}";
        if (config.HasPci && (config.Notes.Stop?.Contains(StopWay.Save) ?? settings.Saves))
            yield return $"{config.Name} has PCI devices, and so cannot be saved: {(settings.ShutsDown ? "it is shut down instead; stop=shutdown in its comments says the same" : "XENDOMAINS_SHUTDOWN is empty, and when the host goes down it is cut off")}";
        if (config.TrustsPygrub && Environment.GetEnvironmentVariable("LIBXL_BOOTLOADER_RESTRICT") is null)
            yield return $"{config.Name}: pygrub reads its disk as root, which Xen's security team does not support (XSA-508): bootloader_restrict=1 in its configuration takes pygrub's rights away (from Xen 4.18 on; before, LIBXL_BOOTLOADER_RESTRICT=1 where xl runs)";
    }
    // One need at a time, for the host tells the first that it lacks.
    static IEnumerable<GuestConfig> Needs(GuestConfig config)
    {
        var none = config with { Disks = [], Bridges = [], Notes = config.Notes with { Wait = [] } };
        return
        [
            .. config.Notes.Wait.Select(path => none with { Notes = none.Notes with { Wait = [path] } }),
            .. config.Disks.Select(disk => none with { Disks = [disk] }),
            .. config.Bridges.Select(bridge => none with { Bridges = [bridge] }),
        ];
    }

    static bool IsKnown(Facts facts, string name) =>
        facts.Auto.Any(guest => guest.Name == name) || facts.Domains.Any(domain => domain.Name == name)
        || facts.Images.Any(image => image.Name == name) || facts.Rebooting.Contains(name);
}
