using System.Globalization;
using Spectre.Console;
using XenDomains.Work;

namespace XenDomains.Reports;

/// <summary>The guests and how far each is, drawn anew as it changes, on a terminal.</summary>
static class LiveTable
{
    const int BesideRows = 4;
    const int NarrowestWidth = 40;
    static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(200);

    /// <summary>Whether it can be drawn where this program writes to: not into a file, nor on a console that does not tell its width while the host boots.</summary>
    internal static bool Fits => !Console.IsOutputRedirected && AnsiConsole.Profile.Capabilities.Ansi && AnsiConsole.Profile.Width >= NarrowestWidth;

    /// <summary>Shows a tally until the work is done, which goes on to its end even where a terminal cannot be drawn on any more.</summary>
    internal static async Task<bool> ShowAsync(Tally tally, Task<bool> work)
    {
        try
        {
            await AnsiConsole.Live(Draw(tally)).AutoClear(true).Overflow(VerticalOverflow.Ellipsis).StartAsync(async display =>
            {
                while (await Task.WhenAny(work, Task.Delay(Pace)).ConfigureAwait(false) != work)
                    display.UpdateTarget(Draw(tally));
            }).ConfigureAwait(false);
            AnsiConsole.Write(Draw(tally, int.MaxValue));
        }
        finally
        {
            await work.ConfigureAwait(false);
        }
        return await work.ConfigureAwait(false);
    }

    static Table Draw(Tally tally) => Draw(tally, Math.Max(AnsiConsole.Profile.Height - BesideRows, 5));

    // Where not all fit, those at work and those that failed are of interest first.
    static Table Draw(Tally tally, int most)
    {
        var all = tally.Guests;
        var shown = all.Count <= most ? all : [.. all.OrderBy(guest => guest.Stage switch { Stage.Failed => 0, Stage.Working => 1, Stage.Waiting => 2, Stage.Queued => 3, _ => 4 }).Take(most)];
        var table = new Table().Border(TableBorder.None).AddColumn("Guest").AddColumn("").AddColumn(new TableColumn("s").RightAligned());
        foreach (var (name, stage, text, since) in shown)
            table.AddRow(Markup.Escape(Printable(name)), $"[{Colour(stage)}]{Markup.Escape(Printable(text))}[/]",
                stage is Stage.Working ? (DateTime.UtcNow - since).TotalSeconds.ToString("0", CultureInfo.InvariantCulture) : "");
        table.Caption(Markup.Escape(all.Count > shown.Count ? $"{tally.Line()} ({all.Count - shown.Count} more)" : tally.Line()));
        return table;
    }

    static string Colour(Stage stage) => stage switch
    {
        Stage.Done => "green",
        Stage.Failed => "red",
        Stage.Working => "yellow",
        _ => "grey",
    };

    // A name may hold what a terminal obeys.
    static string Printable(string text) => string.Concat(text.Select(character => char.IsControl(character) ? '.' : character));
}
