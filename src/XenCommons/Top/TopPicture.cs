using System.Globalization;
using Xen.Protocol.Wire;
using XenCommons.Top.Readings;
using XenCommons.Top.Tables;

namespace XenCommons.Top;

/// <summary>A whole screen as values.</summary>
/// <param name="Above">Lines above the table.</param>
/// <param name="Table">What fits of it.</param>
/// <param name="Sort">The column that it is sorted by; empty: none is marked.</param>
/// <param name="Selected">The line that is selected; null: none.</param>
/// <param name="Below">The last line of the screen; empty: there is none.</param>
/// <param name="Height">Lines of the screen; 0: as many as there are to show.</param>
sealed record TopPicture(IReadOnlyList<string> Above, TopTable Table, string Sort, long? Selected, string Below, int Height)
{
    const int BesideLines = 5; // of a screen: they are not lines of the table
    const int MostNoticeLines = 3, NarrowestNotice = 20;

    const string Keys = "q quit  Tab clients  Enter paths  < > sort  r reverse  / filter  p pause";
    const string KeysOfClients = "q quit  Tab domains  < > sort  r reverse  / filter  p pause";
    const string KeysOfPaths = "Esc back  p pause";

    /// <summary>Lines of a table on a screen.</summary>
    internal static int Page(int height) => Math.Max(height - BesideLines, 1);

    /// <param name="load">Null: nothing is known yet.</param>
    /// <param name="paths">Of the domain whose paths are to be shown; null: they are not known yet.</param>
    /// <param name="trouble">Why there is nothing new; empty: there is.</param>
    /// <param name="size">Columns and lines of the screen.</param>
    internal static TopPicture Of(TopState state, TopLoad? load, HotPaths? paths, string trouble, (int Width, int Height) size)
    {
        string store = load is null ? "" : StoreLine(load);
        if (state.PathsOf is { } domid)
            return OfPaths(state, domid, load, paths, [store, .. Notice(state, trouble, null, size.Width)], size.Height);
        var table = load is null ? new(state.Headings, []) : state.Table(load);
        var notice = Notice(state, trouble, load, size.Width);
        var (from, page) = (0, Page(size.Height) - (notice.Count - 1));
        int at = state.Selected is { } selected ? table.Lines.Select(line => line.Id).ToList().IndexOf(selected) : -1;
        if (at >= page)
            from = at - page + 1;
        var shown = table with { Lines = [.. table.Lines.Skip(from).Take(page)] };
        return new([Title(state, load, table.Lines.Count), store, .. notice], shown, state.SortColumn, state.Selected,
            state.IsTyping ? "Enter keep  Esc clear" : state.Kind == TopKind.Domains ? Keys : KeysOfClients, size.Height);
    }

    /// <summary>All lines, for a printer or a script.</summary>
    internal static TopPicture Whole(TopState state, TopLoad load)
    {
        var table = state.Table(load);
        string[] above = [Title(state, load, table.Lines.Count), StoreLine(load), .. Notice(state, "", load, int.MaxValue)];
        return new(above, table, "", null, "", 0);
    }

    static TopPicture OfPaths(
        TopState state, int domid, TopLoad? load, HotPaths? paths, IReadOnlyList<string> below, int height)
    {
        paths = paths?.Domid == domid ? paths : null;
        string name = load?.Domains.FirstOrDefault(domain => domain.Now.Domid == domid)?.Now.Name ?? "";
        var table = (paths ?? new(domid, 0, 0, [])).Table();
        string sampled = paths is null ? "sampling begins" : Text($"sampled for {paths.Seconds:0} s, {paths.Requests:0} requests");
        return new([Text($"Hottest paths of domain {domid} {name}: {sampled}"), .. below],
            table with { Lines = [.. table.Lines.Take(Page(height))] }, "", null, KeysOfPaths, height);
    }

    static string Title(TopState state, TopLoad? load, int lines)
    {
        if (load is null)
            return "xencommons top";
        bool areDomains = state.Kind == TopKind.Domains;
        int all = areDomains ? load.Domains.Count : load.Clients.Count;
        string count = lines == all ? Text($"{all}") : Text($"{lines} of {all}");
        string what = (areDomains ? "domain" : "client") + (all == 1 ? "" : "s") + (areDomains ? "" : " on the sockets")
            + (!areDomains && load.Now.MoreClients ? " (and more)" : "");
        return $"xencommons top: {count} {what} by {state.SortColumn}{(state.IsReversed ? " reversed" : "")};"
            + $" xenstored {load.Now.Store.Version}";
    }

    static string StoreLine(TopLoad load)
    {
        var (store, rates) = (load.Now.Store, load.Rates);
        return $"store: {Amount.Of(rates.Requests)} requests/s, {Amount.Of(load.ErrorRate)} errors/s, {Amount.Of(rates.Again)} EAGAIN/s, "
            + $"{Amount.OfCount(store.Transactions)} transactions, {Amount.OfBytes(store.Used)} used";
    }

    // At least one line.
    static List<string> Notice(TopState state, string trouble, TopLoad? load, int width)
    {
        string notes = string.Join("  ", new[]
        {
            state.IsPaused ? "PAUSED" : "",
            state.IsTyping || state.Filter.Length > 0 ? $"filter: {Printable.Of(state.Filter)}{(state.IsTyping ? "_" : "")}" : "",
            load is { Seconds: null } ? "rates come with the second reading" : "",
        }.Where(part => part.Length > 0));
        return trouble.Length == 0 ? [notes]
            : [.. Wrapped(trouble, Math.Max(width, NarrowestNotice)), .. notes.Length == 0 ? [] : new[] { notes }];
    }

    // Between words. What is longer than the last line is cut where it is written.
    static List<string> Wrapped(string text, int width)
    {
        var lines = new List<string>();
        while (text.Length > width && lines.Count < MostNoticeLines - 1)
        {
            int end = text.LastIndexOf(' ', width);
            if (end <= 0)
                break;
            lines.Add(text[..end]);
            text = text[(end + 1)..];
        }
        return [.. lines, text];
    }

    static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
