using Xen.Linux.Files;
using XenCommons.Exposition;
using XenCommons.Figures;
using XenCommons.Findings;

namespace XenCommons.Sources;

/// <summary>
/// Asks all daemons, and makes one text of what is answered and found. A source that does not answer in time costs its own figures:
/// xen_up is 0 for it. One is asked after the other, because nobody waits for the figures, and a busy host has other work.
/// </summary>
static class Collector
{
    /// <summary>The time that a source has for its answer.</summary>
    internal static readonly TimeSpan ForAnswer = TimeSpan.FromSeconds(10);

    /// <param name="hypervisor">xen, none or simulated:FOLDER. With none, neither it nor its domains have figures.</param>
    /// <param name="programs">The folder of the daemons' programs.</param>
    /// <param name="find">Looks for what `xencommons check` finds.</param>
    internal static async Task<string> CollectAsync(string hypervisor, string programs, Func<Task<IReadOnlyList<Finding>>> find)
    {
        var daemons = new DaemonSource(programs);
        Func<Task<Answer>>[] sources =
        [
            StoreSource.AskAsync, daemons.ConsolesAsync, daemons.GuestsAsync, daemons.WatchdogAsync,
            () => Task.FromResult(HypervisorSource.Ask(hypervisor)),
        ];
        var answers = new List<Answer>();
        foreach (var ask in sources)
            answers.Add(await ask().ConfigureAwait(false));
        answers.Add(await FindingsAsync(find).ConfigureAwait(false));
        return MetricText.Of(Of(answers));
    }

    static async Task<Answer> FindingsAsync(Func<Task<IReadOnlyList<Finding>>> find)
    {
        const string Source = "check";
        try
        {
            var findings = await find().WaitAsync(ForAnswer).ConfigureAwait(false);
            return Answer.None(Source) with { Figures = _ => [DoctorFigures.Of(findings)] };
        }
        catch (Exception e) when (FileFault.Is(e) || e is TimeoutException)
        {
            return Answer.None(Source);
        }
    }

    static IEnumerable<MetricFamily> Of(IReadOnlyList<Answer> answers)
    {
        // The store's names come first: a console's may be older.
        var names = new DomainNames(answers.SelectMany(answer => answer.Names).DistinctBy(entry => entry.Key).ToDictionary());
        var figures = answers.ToDictionary(answer => answer.Source, answer => FiguresOf(answer, names));
        return
        [
            MetricFamily.One("xen_metrics_timestamp_seconds", MetricKind.Gauge, "When these figures were collected, in seconds since 1970.",
                DateTimeOffset.UtcNow.ToUnixTimeSeconds()),
            MetricFamily.Each("xen_up", MetricKind.Gauge, "1: the source has answered.", answers,
                answer => [("source", answer.Source)], answer => figures[answer.Source] is null ? 0 : 1),
            MetricFamily.Each("xen_build_info", MetricKind.Gauge, "1, with the version of the daemon that answered.",
                answers.Where(answer => answer.Version is not null),
                answer => [("source", answer.Source), ("version", answer.Version!)], _ => 1),
            .. figures.Values.SelectMany(families => families ?? []),
        ];
    }

    static IReadOnlyList<MetricFamily>? FiguresOf(Answer answer, DomainNames names)
    {
        try
        {
            return answer.Figures is null ? null : [.. answer.Figures(names)];
        }
        catch (Exception e) when (e is InvalidOperationException or FormatException or IndexOutOfRangeException)
        {
            return null; // a status of another form than that of our version
        }
    }
}
