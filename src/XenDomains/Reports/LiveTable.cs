using System.Globalization;
using Spectre.Console;
using Xen.Protocol.Wire;
using XenDomains.Planning;

namespace XenDomains.Reports;

/// <summary>A table of the guests and their stages on a terminal, drawn again as it changes.</summary>
static class LiveTable
{
    const int BesideRows = 4;
    const int NarrowestWidth = 40;
    static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(200);

    /// <summary>
    /// Whether the output can show the table. A file cannot. A console that does not report its width while the host boots cannot, either.
    /// </summary>
    internal static bool Fits =>
        !Console.IsOutputRedirected && AnsiConsole.Profile.Capabilities.Ansi && AnsiConsole.Profile.Width >= NarrowestWidth;

    /// <summary>
    /// Shows a progress until the work is done. The work continues to its end even if the terminal fails.
    /// </summary>
    internal static async Task<bool> ShowAsync(Progress progress, Task<bool> work)
    {
        try
        {
            await AnsiConsole.Live(Draw(progress)).AutoClear(true).Overflow(VerticalOverflow.Ellipsis).StartAsync(async display =>
            {
                while (await Task.WhenAny(work, Task.Delay(Pace)).ConfigureAwait(false) != work)
                    display.UpdateTarget(Draw(progress));
            }).ConfigureAwait(false);
            AnsiConsole.Write(Draw(progress, int.MaxValue));
        }
        finally
        {
            await work.ConfigureAwait(false);
        }
        return await work.ConfigureAwait(false);
    }

    static Table Draw(Progress progress) => Draw(progress, Math.Max(AnsiConsole.Profile.Height - BesideRows, 5));

    // If not all fit, guests at work and guests that failed come first.
    static Table Draw(Progress progress, int most)
    {
        var all = progress.Guests;
        var shown = all.Count <= most ? all
            : [.. all.OrderBy(guest =>
                guest.Stage switch { Stage.Failed => 0, Stage.Working => 1, Stage.Waiting => 2, Stage.Queued => 3, _ => 4 })
                .Take(most)];
        var table = new Table().Border(TableBorder.None).AddColumn("Guest").AddColumn("").AddColumn(new TableColumn("s").RightAligned());
        foreach (var (name, stage, text, since) in shown)
            table.AddRow(Shown(name), $"[{Colour(stage)}]{Shown(text)}[/]",
                stage is Stage.Working ? (DateTime.UtcNow - since).TotalSeconds.ToString("0", CultureInfo.InvariantCulture) : "");
        table.Caption(Shown(all.Count > shown.Count ? $"{progress.Line()} ({all.Count - shown.Count} more)" : progress.Line()));
        return table;
    }

    static string Colour(Stage stage) => stage switch
    {
        Stage.Done => "green",
        Stage.Failed => "red",
        Stage.Working => "yellow",
        _ => "grey",
    };

    // Whole: the end of a fault's sentence may say what to do.
    static string Shown(string text) => Markup.Escape(Printable.Of(text, int.MaxValue));
}
