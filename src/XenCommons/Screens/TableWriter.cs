using System.Globalization;
using System.Text;
using Spectre.Console;
using Spectre.Console.Rendering;
using XenCommons.Top;
using XenCommons.Top.Tables;

namespace XenCommons.Screens;

/// <summary>
/// Writes a picture as lines of text. Everything that is shown goes through Spectre.Console as plain text, and never as its markup: a name
/// with brackets stays a name.
/// </summary>
sealed class TableWriter
{
    const int NarrowestText = 8, Gap = 1, FewestColumns = 2, UsualWidth = 80;
    const string GoesOn = "~"; // not a character that a terminal without UTF-8 cannot show

    static readonly Style Bold = new(decoration: Decoration.Bold), Heading = new(decoration: Decoration.Underline),
        SortHeading = new(decoration: Decoration.Bold | Decoration.Underline);

    readonly int width;
    readonly StringWriter writer = new(CultureInfo.InvariantCulture);
    readonly IAnsiConsole console;

    /// <param name="width">Columns of the terminal.</param>
    /// <param name="hasStyles">Whether it understands bold and reversed text.</param>
    /// <param name="hasColours">Whether it is to have colours as well.</param>
    internal TableWriter(int width, bool hasStyles, bool hasColours)
    {
        this.width = width;
        console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = hasStyles ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = hasStyles && hasColours ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Enrichment = new() { UseDefaultEnrichers = false },
            Out = new AnsiConsoleOutput(writer),
        });
        console.Profile.Width = width;
    }

    /// <summary>The lines for a file or a pipe, which has no width: names are as long as they are.</summary>
    internal static IReadOnlyList<string> PlainLines(TopPicture picture)
    {
        var headings = picture.Table.Headings;
        int name = headings.ToList().FindIndex(heading => heading.Grows);
        int longest = picture.Table.Lines.Select(line => line.Cells[name].Text.GetCellWidth()).DefaultIfEmpty().Max();
        int width = headings.Sum(heading => heading.Width + Gap) - Gap + Math.Max(longest - headings[name].Width, 0);
        return new TableWriter(Math.Max(width, UsualWidth), hasStyles: false, hasColours: false).Lines(picture);
    }

    /// <summary>The picture's lines, none of which is wider than the terminal.</summary>
    internal IReadOnlyList<string> Lines(TopPicture picture)
    {
        List<string> lines = [.. picture.Above.Index().Select(line => Line(line.Item, line.Index == 0 ? Bold : Style.Plain))];
        lines.AddRange(TableOf(picture).Select(line => line.TrimEnd()));
        if (picture.Below.Length == 0)
            return lines;
        while (lines.Count < picture.Height - 1)
            lines.Add("");
        lines.Add(Line(picture.Below, Style.Plain));
        return lines;
    }

    string Line(string text, Style style) => text.Length == 0 ? "" : Rendered(new Text(Cut(text, width), style));

    // Each line is a paragraph whose parts are as wide as their columns. Spectre.Console's Table would do the same; but it brings the names
    // of all emojis into the executable, and makes each start of it slower (findings/spectre-console-table-emojis.sh).
    IEnumerable<string> TableOf(TopPicture picture)
    {
        var headings = Fitting(picture.Table.Headings);
        int left = width - headings.Sum(heading => heading.Grows ? 0 : heading.Width) - Gap * (headings.Count - 1);
        int[] widths = [.. headings.Select(heading => heading.Grows ? Math.Max(left, NarrowestText) : heading.Width)];
        console.Profile.Width = Math.Max(width, widths.Sum() + Gap * (headings.Count - 1)); // else it would break lines
        var first = new Paragraph();
        foreach (var (index, heading) in headings.Index())
            Add(first, index, heading.Text, heading.Name == picture.Sort ? SortHeading : Heading);
        yield return Rendered(first);
        foreach (var line in picture.Table.Lines)
        {
            var paragraph = new Paragraph();
            foreach (var (index, cell) in line.Cells.Take(headings.Count).Index())
                Add(paragraph, index, cell.Text, StyleOf(cell.Mark, line.Id == picture.Selected));
            yield return Rendered(paragraph);
        }

        // As wide as its column, so that a line that is selected has no holes.
        void Add(Paragraph to, int index, string text, Style style)
        {
            text = Cut(text, widths[index]);
            string blanks = new(' ', widths[index] - text.GetCellWidth()), gap = new(' ', index < headings.Count - 1 ? Gap : 0);
            to.Append(headings[index].IsText ? text + blanks + gap : blanks + text + gap, style);
        }
    }

    // The last ones are left out where the terminal is too narrow for all.
    List<TopHeading> Fitting(IReadOnlyList<TopHeading> headings)
    {
        var fitting = headings.ToList();
        while (fitting.Count > FewestColumns
            && fitting.Sum(heading => (heading.Grows ? NarrowestText : heading.Width) + Gap) - Gap > width)
            fitting.RemoveAt(fitting.Count - 1);
        return fitting;
    }

    static Style StyleOf(TopMark mark, bool isSelected) => new(
        mark switch { TopMark.Urgent => Color.Red, TopMark.Noticed => Color.Yellow, _ => Color.Default },
        decoration: isSelected ? Decoration.Invert : mark == TopMark.Urgent ? Decoration.Bold : Decoration.None);

    // Not more columns than that; a letter may take two.
    static string Cut(string text, int width)
    {
        if (text.GetCellWidth() <= width)
            return text;
        var cut = new StringBuilder();
        int left = width - GoesOn.Length;
        foreach (var rune in text.EnumerateRunes())
        {
            left -= rune.ToString().GetCellWidth();
            if (left < 0)
                break;
            cut.Append(rune.ToString());
        }
        return cut.Append(GoesOn).ToString();
    }

    string Rendered(IRenderable part)
    {
        writer.GetStringBuilder().Clear();
        console.Write(part);
        return writer.ToString().TrimEnd('\n');
    }
}
