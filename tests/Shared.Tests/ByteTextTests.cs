using System.Text;
using Xen.Protocol.Wire;

namespace Xen.Tests;

/// <summary>Bytes that should be text: what is none keeps its difference.</summary>
public sealed class ByteTextTests
{
    [Theory]
    [InlineData(new byte[] { 0x63, 0x61, 0x66, 0xE9 }, "caf\uFFFDE9"), InlineData(new byte[] { 0xFF, 0x61, 0xC3 }, "\uFFFDFFa\uFFFDC3")]
    [InlineData(new byte[] { 0xE2, 0x82, 0x20 }, "\uFFFDE2\uFFFD82 ")]
    [InlineData(new byte[] { 0xC3, 0xA9 }, "\u00e9"), InlineData(new byte[0], "")]
    public void What_is_no_text_stands_as_its_number(byte[] bytes, string text) => Assert.Equal(text, ByteText.Encoding.GetString(bytes));

    [Fact]
    public void In_JSON_it_is_what_it_is_elsewhere()
    {
        byte[] json = [(byte)'"', 0xE9, (byte)'"'];
        Assert.Equal(ByteText.Encoding.GetString([0xE9]),
            System.Text.Json.JsonDocument.Parse(ByteText.Encoding.GetString(json)).RootElement.GetString());
    }

    [Fact]
    public void The_bytes_can_be_told_from_the_text_and_text_is_left_as_it_is()
    {
        var random = new Random(1);
        byte[] bytes = new byte[40];
        for (int i = 0; i < 10_000; i++)
        {
            random.NextBytes(bytes);
            if (bytes.AsSpan().IndexOf("\uFFFD"u8) >= 0)
                continue; // the one character that means two things
            Assert.Equal(bytes, BytesOf(ByteText.Encoding.GetString(bytes)));
            string valid = Encoding.UTF8.GetString(bytes);
            Assert.Equal(valid, ByteText.Encoding.GetString(Encoding.UTF8.GetBytes(valid)));
        }
    }

    static byte[] BytesOf(string text)
    {
        var bytes = new List<byte>();
        for (int at = 0; at < text.Length;)
        {
            var rune = Rune.GetRuneAt(text, at);
            at += rune.Utf16SequenceLength;
            bytes.AddRange(rune == Rune.ReplacementChar
                ? [Convert.ToByte(text.Substring(at, 2), 16)]
                : Encoding.UTF8.GetBytes(rune.ToString()));
            at += rune == Rune.ReplacementChar ? 2 : 0;
        }
        return [.. bytes];
    }
}
