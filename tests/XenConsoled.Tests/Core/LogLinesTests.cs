using System.Text;
using CsCheck;
using XenConsoled.Lines;
using XenConsoled.Memory;

namespace XenConsoled.Tests.Core;

public sealed class LogLinesTests
{
    static readonly byte[] Stamp = "[then] "u8.ToArray();

    [Theory]
    [InlineData("one\ntwo\n", "[then] one\n[then] two\n")]
    [InlineData("one\r\n\rtwo", "[then] one\r\n[then] two")]
    [InlineData("\n\n", "[then] \n[then] \n")]
    [InlineData("", "")]
    public void A_time_is_put_before_each_line_and_returns_after_a_line_feed_are_dropped(string bytes, string expected) =>
        Assert.Equal(expected, Format(new(true, false), bytes));

    [Fact]
    public void Without_times_nothing_is_changed() => Assert.Equal("a\r\n\r\n\x1b[1mb", Format(new(false, false), "a\r\n\r\n\x1b[1mb"));

    [Fact]
    public void Escape_becomes_a_dot() => Assert.Equal("a.[1mb", Format(new(false, true), "a\x1b[1mb"));

    [Fact]
    public void Where_the_bytes_are_cut_makes_no_difference()
    {
        var texts = Gen.Int[0, 3].Select(index => "\n\ra\x1b"[index]).Array[0, 30];
        Gen.Select(texts, Gen.Int[0, 30], Gen.Bool, Gen.Bool).Sample((text, cut, stamps, replaces) =>
        {
            string whole = new(text);
            cut = Math.Min(cut, whole.Length);
            Assert.Equal(Format(new(stamps, replaces), whole), Format(new(stamps, replaces), whole[..cut], whole[cut..]));
        });
    }

    [Fact]
    public void The_time_is_written_as_C_xenconsoled_writes_it() =>
        Assert.Equal("[2026-11-05 07:08:09] ", Encoding.ASCII.GetString(LogLines.Stamp(new DateTime(2026, 11, 5, 7, 8, 9))));

    [Fact]
    public void What_is_left_of_a_write_is_known_from_the_files_length()
    {
        var intent = new LogIntent { Raw = 10, FileLength = 1000 };
        Assert.Equal(0, intent.Done(1000, 17));
        Assert.Equal(5, intent.Done(1005, 17));
        Assert.Equal(17, intent.Done(1017, 17));
        Assert.Equal(3, intent.Done(3, 17)); // it was put away, and begun anew
        Assert.Equal(0, intent.Done(2000, 17)); // another wrote to it
    }

    [Fact]
    public void A_process_that_dies_at_any_instant_leaves_the_state_before_or_after()
    {
        Span<byte> halves = new byte[StateHalves.Size];
        for (ulong number = 1; number < 20; number++)
        {
            StateHalves.Publish(halves, new ConsoleState { Taken = number, Sent = number });
            byte[] before = halves.ToArray();
            StateHalves.Publish(halves, new ConsoleState { Taken = number + 1, Sent = number + 1 });
            byte[] after = halves.ToArray();
            // Every prefix of the stores, but for the last word, which is stored last.
            for (int stored = 8; stored <= after.Length; stored++)
            {
                byte[] torn = [.. before[..8], .. after[8..stored], .. before[stored..]];
                var found = StateHalves.Read(torn);
                Assert.Equal((number, number), (found.Taken, found.Sent));
            }
            Assert.Equal(number + 1, StateHalves.Read(after).Taken);
        }
    }

    static string Format(LogFormat format, params string[] pieces)
    {
        var into = new List<byte>();
        var place = LogPlace.LineStart;
        foreach (string piece in pieces)
            place = LogLines.Format(Encoding.UTF8.GetBytes(piece), place, format, Stamp, into);
        return Encoding.UTF8.GetString(into.ToArray());
    }
}
