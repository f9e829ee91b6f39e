using Xen.Hosting;
using Xen.Linux.Processes;
using XenDomains.Configuration;
using XenDomains.Execution;
using XenDomains.Facts;
using XenDomains.Planning;
using XenDomains.Planning.Steps;
using XenDomains.Reports;
using XenDomains.Toolstack;

namespace XenDomains;

/// <summary>The verbs of the command line on a host that has no settings.</summary>
sealed class WithoutSettings(DomainsOptions options)
{
    const int NoSettings = 6;

    readonly string why = $"there are no settings: {options.ConfigFile ?? string.Join(", ", DomainsSettings.Places)}";

    /// <summary>Runs the verb of the command line, and returns its exit status.</summary>
    internal async Task<int> RunAsync()
    {
        if (options.Verb is "stop")
            return await StopAsync().ConfigureAwait(false);
        if (options is { Verb: "check" } or { Verb: "plan", Names: ["stop"] })
            return await LookAsync().ConfigureAwait(false);
        StandardError.WriteLine("xendomains: " + why);
        return NoSettings;
    }

    /// <summary>As in upstream's script, no guest is stopped. Running guests are reported.</summary>
    async Task<int> StopAsync()
    {
        try
        {
            if (CutOff(await PlanAsync().ConfigureAwait(false)) is not { } left)
                return Verbs.Well;
            StandardError.WriteLine($"xendomains: {why}, and so {left}");
            return Verbs.NotAllWell;
        }
        catch (ToolstackException)
        {
            return Verbs.Well; // without settings there is nothing to stop
        }
    }

    /// <summary>
    /// The output of a plan for a stop and of a check: it reports that there are no settings, and the guests that a stop would leave.
    /// </summary>
    async Task<int> LookAsync()
    {
        var stop = new Plan<StopStep>([], []);
        try
        {
            stop = await PlanAsync().ConfigureAwait(false);
        }
        catch (ToolstackException)
        {
            // On a host without Xen, only the missing settings matter.
        }
        string[] findings = [CutOff(stop) is { } left ? $"{why}, and so {left}" : why];
        Console.Write(options switch
        {
            { Verb: "check", AsJson: true } => FindingsText.JsonOf(findings, []),
            { Verb: "check" } => FindingsText.Of(findings, []),
            { AsJson: true } => PlanText.JsonOf(stop),
            _ => PlanText.Of(stop),
        });
        StandardError.WriteLine("xendomains: " + why);
        return stop.Steps.Any(step => step.IsFault) ? Verbs.NotAllWell : NoSettings;
    }

    async Task<Plan<StopStep>> PlanAsync()
    {
        await using var news = new DomainNews();
        var xl = new Xl(options.Xl, news);
        var faults = new List<string>();
        var guests = Inventory.GuestsAmong(await xl.WithDevicesAsync(await xl.ListAsync().ConfigureAwait(false)).ConfigureAwait(false),
            new HashSet<string>(), faults);
        var owner = GuestOwner.OfHost();
        return new([.. from domain in guests
                       where domain.State is XlDomainState.Running or XlDomainState.Paused
                       select owner is not null && owner.Owns(domain.IsForeign) ? new StopStep(domain, [], owner.Sentence)
                           : new StopStep(domain, [], "there are no settings: when the host goes down it is cut off") { IsFault = true }],
                           faults);
    }

    static string? CutOff(Plan<StopStep> stop) => stop.Steps.Where(step => step.IsFault).Select(step => step.Name).ToList() switch
    {
        [] => null,
        [var one] => $"{one} is not stopped: when the host goes down it is cut off",
        var several => $"{string.Join(", ", several)} are not stopped: when the host goes down they are cut off",
    };
}
