using System.Text;
using CsCheck;
using XenConsoled.Client;

namespace XenConsoled.Tests.Core;

public sealed class EscapeFilterTests
{
    [Theory]
    [InlineData("plain\r\ntext\ttab\b\a", "plain\r\ntext\ttab\b\a")]
    [InlineData("\x1b[31mred\x1b[0m", "\x1b[31mred\x1b[0m")]
    [InlineData("\x1b[2J\x1b[1;1H\x1b[K", "\x1b[2J\x1b[1;1H\x1b[K")]
    [InlineData("\x1b[?25l\x1b[?1049h", "\x1b[?25l\x1b[?1049h")]
    [InlineData("\x1b(0lqk\x1b(B", "\x1b(0lqk\x1b(B")]
    [InlineData("\x1b]0;title\aafter", "after")] // renames the window
    [InlineData("\x1b]52;c;cm0gLXJmIC8=\x1b\\after", "after")] // fills the clipboard
    [InlineData("\x1b[6nafter", "after")] // asks where the cursor is: the answer is typed
    [InlineData("\x1b[cafter", "after")] // asks what the terminal is
    [InlineData("\x1b[>cafter", "after")]
    [InlineData("\x1b[21tafter", "after")] // asks for the title
    [InlineData("\x1b[?1000hafter", "after")] // reports the mouse
    [InlineData("\x1b[?2004hafter", "after")]
    [InlineData("\x1bP$qm\x1b\\after", "after")] // asks for settings
    [InlineData("\x1b_apc\x1b\\\x1b^pm\x1b\\\x1bXsos\x1b\\after", "after")]
    [InlineData("\x1bZafter", "after")] // asks what the terminal is
    [InlineData("\x05\x0e\x0f\x7f\0after", "after")] // ENQ is answered
    [InlineData("\x1b]never ends", "")]
    [InlineData("\x1b[1;\u0018after", "after")]
    [InlineData("äöü €", "äöü €")]
    public void What_moves_and_colours_passes_and_what_makes_a_terminal_answer_does_not(string guest, string seen) =>
        Assert.Equal(seen, Filter(Encoding.UTF8.GetBytes(guest)));

    [Fact]
    public void Control_characters_of_eight_bits_do_not_pass_as_UTF_8() => Assert.Equal("1mx", Filter([0xC2, 0x9B, .. "1mx"u8]));

    [Fact]
    public void Where_the_bytes_are_cut_makes_no_difference() =>
        Gen.Select(OneOf([0x1B, .. "[];1mn\a\\a"u8, 0xC2, 0x9B, 0xE4]).Array[0, 40], Gen.Int[0, 40]).Sample((bytes, cut) =>
        {
            cut = Math.Min(cut, bytes.Length);
            Assert.Equal(Filter(bytes), Filter(bytes[..cut], bytes[cut..]));
        });

    [Fact]
    public void No_bytes_at_all_leave_a_sequence_that_is_answered() =>
        Gen.OneOf(OneOf([0x1B, .. "[6nc?;"u8, 0x18]), Gen.Byte).Array[0, 200].Sample(bytes =>
        {
            string seen = Encoding.Latin1.GetString(Bytes(bytes));
            Assert.DoesNotMatch(@"\x1b\[[0-9;?>=!]*[cnqtp]|\x1b[\]PX^_Z]|\x05", seen);
        });

    static Gen<byte> OneOf(byte[] values) => Gen.Int[0, values.Length - 1].Select(index => values[index]);

    static string Filter(params byte[][] pieces) => Encoding.UTF8.GetString(Bytes(pieces));

    static byte[] Bytes(params byte[][] pieces)
    {
        var filter = new EscapeFilter();
        var into = new List<byte>();
        foreach (byte[] piece in pieces)
            filter.Add(piece, into);
        return [.. into];
    }
}
