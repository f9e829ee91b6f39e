using System.Text;
using Xen.Posix;

namespace Xen.Tests;

/// <summary>Bytes that should be text: what is none keeps its difference.</summary>
public sealed class ByteTextTests
{
    [Theory]
    [InlineData(new byte[] { 0x63, 0x61, 0x66, 0xE9 }, @"caf\xe9"), InlineData(new byte[] { 0xFF, 0x61, 0xC3 }, @"\xffa\xc3"), InlineData(new byte[] { 0xE2, 0x82, 0x20 }, @"\xe2\x82 ")]
    [InlineData(new byte[] { 0xC3, 0xA9 }, "\u00e9"), InlineData(new byte[0], "")]
    public void What_is_no_text_stands_as_its_number(byte[] bytes, string text) => Assert.Equal(text, ByteText.Encoding.GetString(bytes));

    [Fact]
    public void In_JSON_it_is_what_a_parser_makes_the_same_of() => Assert.Equal("\"\\\\xe9\"", ByteText.OfJson.GetString([0x22, 0xE9, 0x22]));

    [Fact]
    public void Any_bytes_are_decoded_and_text_is_left_as_it_is()
    {
        var random = new Random(1);
        var bytes = new byte[40];
        for (int i = 0; i < 10_000; i++)
        {
            random.NextBytes(bytes);
            string text = ByteText.Encoding.GetString(bytes);
            Assert.DoesNotContain('\uFFFD', text);
            string valid = Encoding.UTF8.GetString(bytes);
            Assert.Equal(valid, ByteText.Encoding.GetString(Encoding.UTF8.GetBytes(valid)));
        }
    }
}
