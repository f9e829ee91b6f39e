using System.Text.Json;
using System.Text;
using XenCommons.Top.Readings;
using XenCommons.Top;

namespace XenCommons.Tests.Top;

/// <summary>What keys do, and in which order lines stand.</summary>
public sealed class StateTests
{
    readonly TopLoad load = Made.Load(Made.Domain(0, "Domain-0", 40), Made.Domain(1, "web", 90, memory: 1 << 30),
        Made.Domain(2, "Db", 10, memory: 2L << 30), Made.Domain(3, "webmail", 90));

    TopState state = new();

    [Fact]
    public void The_busiest_stands_first_and_equals_stay_in_the_order_of_their_ids() => Assert.Equal([1, 3, 0, 2], Shown);

    [Theory]
    [InlineData("id", new long[] { 0, 1, 2, 3 })]
    [InlineData("name", new long[] { 2, 0, 1, 3 })]
    [InlineData("memory", new long[] { 2, 1, 0, 3 })] // what is unknown comes last
    public void Lines_are_sorted_by_a_column(string column, long[] ids)
    {
        state = state with { Sort = column };
        Assert.Equal(ids, Shown);
    }

    [Fact]
    public void Reversed_what_is_unknown_still_comes_last()
    {
        state = state with { Sort = "memory" };
        Press("r");
        Assert.Equal([1, 2, 0, 3], Shown);
    }

    [Fact]
    public void Signs_go_through_the_columns_and_stop_at_the_ends()
    {
        Press("<");
        Assert.Equal("name", state.SortColumn);
        Press("<<<");
        Assert.Equal("id", state.SortColumn);
        Press(">>>>>>>>>>>>>>");
        Assert.Equal("held", state.SortColumn);
    }

    [Fact]
    public void A_filter_looks_for_a_part_of_the_name()
    {
        Press("/WEBq");
        Assert.True(state.IsTyping); // and q is a letter of it
        Press("\x7f");
        Assert.Equal([1, 3], Shown);
        Press("\r");
        Assert.Equal((false, "WEB"), (state.IsTyping, state.Filter));
        Press("\e");
        Assert.Equal([1, 3, 0, 2], Shown);
    }

    [Fact]
    public void The_selected_line_stays_selected_when_the_order_changes()
    {
        Press("\e[B\e[B");
        Assert.Equal(3, state.Selected);
        Press("r");
        Assert.Equal([2, 0, 1, 3], Shown);
        Assert.Equal(3, state.Selected);
        Press("\e[A");
        Assert.Equal(1, state.Selected);
        Press("\e[H\e[A");
        Assert.Equal(2, state.Selected);
        Press("\e[6~");
        Assert.Equal(3, state.Selected);
    }

    [Fact]
    public void Enter_goes_to_the_paths_of_a_domain_and_back()
    {
        Press("\r");
        Assert.Equal(1, state.PathsOf);
        Press("\e");
        Assert.Null(state.PathsOf);
        Press("\e[B\r");
        Assert.Equal(3, state.PathsOf);
        Press("q");
        Assert.False(state.IsOver);
        Assert.Null(state.PathsOf);
    }

    [Fact]
    public void Tab_shows_the_clients_which_have_no_paths()
    {
        Press("/web\r\t");
        Assert.Equal((TopKind.Clients, "", null), (state.Kind, state.Filter, state.Selected));
        Press("\r");
        Assert.Null(state.PathsOf);
        Assert.Equal([12], Shown);
        Press("\t");
        Assert.Equal(TopKind.Domains, state.Kind);
    }

    [Theory]
    [InlineData("q")]
    [InlineData("\x03")]
    [InlineData("/abc\x03")]
    [InlineData("\r\x03")]
    public void It_ends(string keys)
    {
        Press(keys);
        Assert.True(state.IsOver);
    }

    [Fact]
    public void Nothing_happens_on_a_host_without_domains()
    {
        foreach (var key in new KeyReader().Read("\r\e[A\e[B\e[H\e[F"u8))
            state = state.After(key, [], 10);
        Assert.Equal(new TopState(), state);
    }

    [Fact]
    public void Keys_come_as_sequences_which_may_be_split()
    {
        var reader = new KeyReader();
        Assert.Empty(reader.Read("\e["u8));
        Assert.Equal([TopKey.Up, TopKey.Unknown, new('x')], reader.Read("A\e[1;5Cx"u8));
        Assert.Equal([TopKey.Escape], reader.Read("\e"u8));
        byte[] umlaut = Encoding.UTF8.GetBytes("ö");
        Assert.Empty(reader.Read(umlaut.AsSpan(0, 1)));
        Assert.Equal([new('ö')], reader.Read(umlaut.AsSpan(1)));
    }

    // Of an arrow whose ESC came alone, ESC was a key and the rest letters.
    [Theory]
    [InlineData("\e[A")]
    [InlineData("\eOF")]
    [InlineData("\e[6~")]
    [InlineData("\e[1;5C")]
    [InlineData("\e\e[B\ex")]
    [InlineData("ö\e[Höq")]
    public void A_sequence_may_be_split_at_every_byte(string sent)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(sent);
        var keys = new KeyReader().Read(bytes);
        for (int at = 1; at < bytes.Length; at++)
        {
            var reader = new KeyReader();
            Assert.Equal(bytes[at - 1] == '\e', KeyReader.MayGoOn(bytes.AsSpan(0, at)));
            Assert.Equal(keys, [.. reader.Read(bytes.AsSpan(0, at), goesOn: true), .. reader.Read(bytes.AsSpan(at))]);
        }
    }

    [Fact]
    public void Bytes_without_sense_are_keys_without_effect()
    {
        var random = new Random(1);
        var reader = new KeyReader();
        byte[] bytes = new byte[200];
        for (int round = 0; round < 500; round++)
        {
            random.NextBytes(bytes);
            foreach (var key in reader.Read(bytes))
                state = state.After(key, Shown, 10) with { IsOver = false };
            Assert.InRange(state.Filter.Length, 0, 64);
        }
    }

    [Fact]
    public void The_object_for_programs_has_all_of_both_in_order_and_a_filter_is_for_its_own_table()
    {
        state = state with { Filter = "web", Sort = "name" };
        var json = JsonElement.Parse(TopJson.Of(load, state, DateTimeOffset.UnixEpoch));
        var domains = json.GetProperty("domains").EnumerateArray().ToList();
        Assert.Equal(["web", "webmail"], domains.Select(domain => domain.GetProperty("name").GetString()));
        Assert.Equal(45, domains[0].GetProperty("requests_per_second").GetDouble());
        Assert.Equal(JsonValueKind.Null, domains[0].GetProperty("console_bytes_per_second").ValueKind);
        Assert.Equal("libvirtd", json.GetProperty("clients")[0].GetProperty("command").GetString());
        Assert.Equal(2, json.GetProperty("seconds").GetDouble());
        Assert.DoesNotContain('\n', TopJson.Of(load, state, DateTimeOffset.UnixEpoch));
    }

    long[] Shown => [.. state.Table(load).Lines.Select(line => line.Id)];

    void Press(string keys)
    {
        foreach (var key in new KeyReader().Read(Encoding.UTF8.GetBytes(keys)))
            state = state.After(key, Shown, 10);
    }
}
