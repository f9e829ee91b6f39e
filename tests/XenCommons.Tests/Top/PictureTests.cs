using System.Text.Json;
using Spectre.Console;
using XenCommons.Screens;
using XenCommons.Top.Readings;
using XenCommons.Top;
using XenCommons.Top.Tables;

namespace XenCommons.Tests.Top;

/// <summary>Screens as lines: they fit, and have no control characters but those that are wanted.</summary>
public sealed class PictureTests
{
    const string Hostile = "[red]we\e]0;x\a[/] b";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_screen_of_80_columns_and_24_lines_has_all_columns(bool showsClients)
    {
        var kind = showsClients ? TopKind.Clients : TopKind.Domains;
        var lines = Lines(new() { Kind = kind }, Many(200));
        Assert.Equal(24, lines.Count);
        Assert.All(lines, line => Assert.InRange(line.GetCellWidth(), 0, 80));
        foreach (var heading in TopState.HeadingsOf(kind))
            Assert.Contains(heading.Text, lines[3].Split(' '));
    }

    [Fact]
    public void The_largest_numbers_fit_into_their_columns()
    {
        var domain = Made.Domain(65535, "a-name-that-is-longer-than-its-column", 9e9, 9e9, 1e9, 9e12,
            """{"watches":64,"nodes":1}""", nodes: 9999, memory: 9e13);
        string line = Lines(new(), Made.Load(domain))[4];
        Assert.Equal("65535 a-name-that-~   4.5G    4.5G      0       0    82T 999% nodes   4.1T  999%", line);
    }

    // After 100,500 connections every new client was s1005~. What is far on the right has to give way.
    [Theory]
    [InlineData(80)]
    [InlineData(40)]
    public void An_id_is_never_cut(int width)
    {
        var load = Of(Made.Client(2_100_500, 4_194_304, "qemu-system-i38", 7, uid: 4_294_967_294), Made.Client(3, 5, "xl", 7));
        var lines = new TableWriter(width, false, false).Lines(
            TopPicture.Of(new() { Kind = TopKind.Clients }, load, null, "", (width, 24)));
        Assert.StartsWith("s2100500 4194304 4294967294 ", lines[5], StringComparison.Ordinal);
        Assert.StartsWith("      s3       5          0 xl", lines[4], StringComparison.Ordinal);
        Assert.All(lines, line => Assert.InRange(line.Length, 0, width));
    }

    [Fact]
    public void In_a_file_each_id_and_each_name_is_whole_and_no_column_is_left_out()
    {
        string name = string.Concat(Enumerable.Repeat("名", 30));
        var clients = Of(Made.Client(2_100_500, 4_194_304, "qemu-system-i386-of-some-length", 7, uid: 4_294_967_294));
        var lines = TableWriter.PlainLines(TopPicture.Whole(new() { Kind = TopKind.Clients }, clients));
        Assert.Contains("s2100500 4194304 4294967294 qemu-system-i386-of-some-length ", lines[^1], StringComparison.Ordinal);
        Assert.EndsWith(ClientTable.Headings[^1].Text, lines[^2], StringComparison.Ordinal);
        var domains = TableWriter.PlainLines(TopPicture.Whole(new(), Made.Load(Made.Domain(7, name, 1))));
        Assert.Contains($" {name} ", domains[^1], StringComparison.Ordinal);
        Assert.EndsWith(DomainTable.Headings[^1].Text, domains[^2], StringComparison.Ordinal);
    }

    // top called each of them sNUMBER.
    [Fact]
    public void A_reader_has_the_name_that_the_log_calls_it_by()
    {
        var load = Of(Made.Client(12, 5, "xl", 7), Made.Client(13, 6, "collectd", 7, isReader: true));
        var lines = Lines(new() { Kind = TopKind.Clients, Sort = "id" }, load);
        Assert.StartsWith("   s12       5     0 xl ", lines[4], StringComparison.Ordinal);
        Assert.StartsWith("   r13       6     0 collectd ", lines[5], StringComparison.Ordinal);
        var told = JsonElement.Parse(TopJson.Of(load, new() { Sort = "id", Kind = TopKind.Clients }, DateTimeOffset.UnixEpoch));
        Assert.Equal([false, true], told.GetProperty("clients").EnumerateArray().Select(one => one.GetProperty("reader").GetBoolean()));
    }

    [Fact]
    public void Names_of_two_columns_a_letter_are_cut_at_the_same_place()
    {
        string line = Lines(new(), Made.Load(Made.Domain(7, "名名名名名名名名名名", 2)))[4];
        Assert.Equal(80, line.GetCellWidth());
        Assert.StartsWith("    7 名名名名名名~ ", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void No_name_has_a_control_character_or_is_markup(bool hasColours)
    {
        var load = Made.Load(Made.Domain(7, Hostile, 1));
        foreach (var state in (TopState[])[new(), new() { PathsOf = 7 }, new() { Filter = "\e[2J" }])
        {
            var lines = new TableWriter(200, hasColours, hasColours).Lines(TopPicture.Of(state, load, Paths(Hostile), "", (200, 24)));
            string all = string.Concat(lines);
            Assert.All(all.Split('\e')[1..], sequence => Assert.Matches("^\\[[0-9;]*m", sequence)); // our own styles
            Assert.DoesNotContain(lines, line => line.Any(letter => char.IsControl(letter) && letter != '\e'));
            if (state.Filter == "")
                Assert.Contains(@"[red]we\u001B]0;x\u0007[/] b", all, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Without_styles_there_is_no_escape_and_without_colours_no_colour()
    {
        var load = Made.Load(Made.Domain(7, "web", 1, throttledMs: 900, limits: """{"nodes":10}""", nodes: 10));
        var picture = TopPicture.Of(new() { Selected = 7 }, load, null, "", (80, 24));
        Assert.DoesNotContain('\e', string.Concat(new TableWriter(80, false, true).Lines(picture)));
        string plain = string.Concat(new TableWriter(80, true, false).Lines(picture));
        Assert.Contains("\e[7m", plain, StringComparison.Ordinal); // what is selected can be seen all the same
        Assert.DoesNotMatch(@"\e\[[0-9;]*(3[0-7]|9[0-7]|38|48)[0-9;]*m", plain);
        Assert.Matches(@"\e\[[0-9;]*(31|91)[0-9;]*m", string.Concat(new TableWriter(80, true, true).Lines(picture)));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(20, 6)]
    [InlineData(50, 12)]
    [InlineData(300, 100)]
    public void Any_size_has_a_picture(int width, int height)
    {
        var picture = TopPicture.Of(new() { Selected = 150 }, Many(200), null, "", (width, height));
        var lines = new TableWriter(width, false, false).Lines(picture);
        Assert.All(lines, line => Assert.InRange(line.GetCellWidth(), 0, Math.Max(width, 14))); // an id and the beginning of a name
        Assert.Equal(1, lines.Count(line => line.TrimStart().StartsWith("150 guest-", StringComparison.Ordinal)));
        Assert.Contains(picture.Table.Lines, line => line.Id == 150); // the window goes to what is selected
    }

    [Fact]
    public void A_trouble_is_told_and_what_was_known_stays()
    {
        var lines = Lines(new(), Made.Load(Made.Domain(7, "web", 1)), "the store has not answered for ten seconds");
        Assert.Equal("the store has not answered for ten seconds", lines[2]);
        Assert.Contains("web", lines[4], StringComparison.Ordinal);
        Assert.Equal("no store", new TableWriter(80, false, false).Lines(TopPicture.Of(new(), null, null, "no store", (80, 24)))[2]);
    }

    // Found on a terminal: the end of the sentence, which said what to do, was cut off.
    [Fact]
    public void A_trouble_of_more_than_a_line_is_wrapped_and_the_screen_stays_as_high()
    {
        string trouble = string.Join(' ', Enumerable.Range(1, 40).Select(number => $"word{number}"));
        var picture = TopPicture.Of(new() { Selected = 199 }, Many(200), null, trouble[..150], (80, 24));
        var lines = new TableWriter(80, false, false).Lines(picture);
        Assert.Equal((24, trouble[..150]), (lines.Count, lines[2] + " " + lines[3]));
        Assert.Contains("guest-199", lines[^2], StringComparison.Ordinal);
        Assert.All(lines, line => Assert.InRange(line.Length, 0, 80));
    }

    [Fact]
    public void Paths_have_their_share()
    {
        var paths = Paths("/local/domain/7/" + new string('x', 100), "");
        var lines = new TableWriter(80, false, false).Lines(
            TopPicture.Of(new() { PathsOf = 7 }, Made.Load(Made.Domain(7, "web", 1)), paths, "", (80, 24)));
        Assert.Equal("Hottest paths of domain 7 web: sampled for 4 s, 400 requests", lines[0]);
        Assert.StartsWith("   50%     50      25 /local/domain/7/xxx", lines[4], StringComparison.Ordinal);
        Assert.EndsWith("x~", lines[4], StringComparison.Ordinal);
        Assert.Equal("   50%     50      25 (what is no path)", lines[5]);
    }

    static HotPaths Paths(params string[] paths) => HotPaths.Of(JsonSerializer.SerializeToElement(new
    {
        domid = 7,
        ms = 4000,
        requests = 400,
        paths = paths.Select(path => new { path, requests = 200, writes = 100 }),
    }));

    static IReadOnlyList<string> Lines(TopState state, TopLoad load, string trouble = "") =>
        new TableWriter(80, false, false).Lines(TopPicture.Of(state, load, null, trouble, (80, 24)));

    static TopLoad Of(params ClientCounts[] clients) =>
        TopLoad.Of(Made.Reading(0, 0, 0, [], clients), Made.Reading(2000, 0, 500, [], clients));

    static TopLoad Many(int count)
    {
        DomainCounts[] domains = [.. Enumerable.Range(0, count).Select(domid => Made.Domain(domid, $"guest-{domid}", domid))];
        ClientCounts[] clients = [.. Enumerable.Range(0, count).Select(id => Made.Client(id, 4_194_304 + id, "qemu-system-i38", id))];
        return TopLoad.Of(Made.Reading(0, 0, 0, domains, clients), Made.Reading(2000, 0, 500, domains, clients));
    }
}
