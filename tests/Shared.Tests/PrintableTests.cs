using Xen.Protocol.Wire;

namespace Xen.Tests;

/// <summary>Text of guests and of other programs on a terminal.</summary>
public sealed class PrintableTests
{
    [Theory]
    [InlineData("we\e[2Jb", @"we\u001B[2Jb")]
    [InlineData("a\u009bb", @"a\u009Bb")] // the same in one byte of Latin-1
    [InlineData("a\u202eb", @"a\u202Eb")] // what follows from right to left
    [InlineData("a\nb\t", @"a\u000Ab\u0009")]
    [InlineData("größe 名 😀 [red]", "größe 名 😀 [red]")]
    public void Text_of_guests_is_shown_so_that_no_terminal_obeys_it(string text, string shown) => Assert.Equal(shown, Printable.Of(text));

    [Fact]
    public void Half_a_letter_is_shown_as_one_that_is_unknown() => Assert.Equal("a\ufffdb", Printable.Of("a\ud800b"));

    [Fact]
    public void Text_without_an_end_is_cut() => Assert.InRange(Printable.Of(new('\e', 100_000)).Length, 1, 300);

    [Fact]
    public void Text_is_whole_where_the_caller_wants_all_of_it() =>
        Assert.Equal(new string('a', 100_000), Printable.Of(new('a', 100_000), int.MaxValue));
}
