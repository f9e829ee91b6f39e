using System.Globalization;
using XenDomains.Planning;

namespace XenDomains.Reports;

/// <summary>What would go wrong at the next start or stop, found beforehand: one sentence each.</summary>
static class Preflight
{
    /// <param name="start">The plan of a start now.</param>
    /// <param name="missing">What a configuration needs and the host does not have; null if it has all.</param>
    /// <param name="memory">What guests may have together, in MiB; null: unknown.</param>
    /// <param name="room">What the save folder has room for, in MiB; null: guests are not saved.</param>
    internal static IReadOnlyList<string> Findings(Facts facts, Plan<StartStep> start, Func<GuestConfig, string?> missing, long? memory, long? room)
    {
        var findings = new List<string>(start.Remarks);
        findings.AddRange(from step in start.Steps where step.Action == StartAction.Hold select $"{step.Name} would not start: {step.Why}");
        foreach (var config in facts.Auto.Where(config => config is { Name: not null, Fault: null }))
        {
            if (config.Kernel is { Length: > 0 } kernel && kernel.StartsWith('/') && !File.Exists(kernel))
                findings.Add($"{config.Name}: its kernel {kernel} is not there");
            if (missing(config) is { } lacking)
                findings.Add($"{config.Name}: {lacking}");
        }
        long needed = facts.Auto.Sum(config => config.Memory);
        if (needed > memory)
            findings.Add(string.Create(CultureInfo.InvariantCulture, $"all guests together take {needed} MiB of memory, and the host has {memory} MiB for them"));
        if (needed > room)
            findings.Add(string.Create(CultureInfo.InvariantCulture, $"to save all guests takes about {needed} MiB, and {facts.Config.SaveFolder} has room for {room} MiB"));
        findings.AddRange(from image in facts.Images
                          where image.Place == ImagePlace.Stale
                          select $"{image.File} is an image that {image.Name} went on without: remove it when nobody wants it");
        return findings;
    }
}
