using System.Globalization;
using System.Text;
using CsCheck;
using XenConsoled.Core;
using XenConsoled.Lines;

namespace XenConsoled.Tests.Core;

/// <summary>
/// A name is bytes. Its text and its log's file are shown and typed. Two guests whose names differ in one byte have two logs.
/// </summary>
public sealed class GuestNameTests
{
    static readonly string[] Parts = ["a", "�", "�E9", "ä", "/", "😀", "\n", "%E9"];

    static readonly Gen<byte[]> Names = Gen.OneOf(
        Gen.Byte.Array[0, 12],
        Gen.Int[0, Parts.Length - 1].Array[0, 6].Select(parts => Encoding.UTF8.GetBytes(string.Concat(parts.Select(part => Parts[part])))));

    [Theory]
    [InlineData("web", "web")]
    [InlineData("büro 50% [x]", "büro 50% [x]")]
    [InlineData("web%20", "web%20")]
    [InlineData("a\u001b[2Jb", "a�1B[2Jb")]
    [InlineData("�", "�EF�BF�BD")]
    public void Nearly_every_name_is_its_own_text(string name, string text) =>
        Assert.Equal(text, GuestName.Of(Encoding.UTF8.GetBytes(name)));

    [Fact]
    public void A_name_of_Latin_1_keeps_its_bytes() => Assert.Equal("caf�E9", GuestName.Of(Encoding.Latin1.GetBytes("café")));

    [Fact]
    public void From_the_text_the_bytes_of_any_name_can_be_told() => Names.Sample(name =>
    {
        string text = GuestName.Of(name);
        Assert.Equal(name, Bytes(text));
        Assert.DoesNotContain(text, char.IsControl);
        Assert.Equal(text, Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)));
    });

    [Theory]
    [InlineData("web", "guest-web.log")]
    [InlineData("../../etc/cron.d/x", "guest-..�2F..�2Fetc�2Fcron.d�2Fx.log")]
    [InlineData("a\nb\u0007", "guest-a�0Ab�07.log")]
    [InlineData("web--incoming", "guest-web.log")]
    [InlineData("", "guest-.log")]
    public void A_name_leads_nowhere_else(string name, string file)
    {
        string text = GuestName.Of(Encoding.UTF8.GetBytes(name));
        Assert.Equal(file, LogName.Of(text, ConsoleKind.Pv));
        Assert.Equal(file.Replace(".log", "-vuart0.log", StringComparison.Ordinal), LogName.Of(text, ConsoleKind.Vuart));
    }

    [Fact]
    public void Guests_of_different_names_have_different_logs()
    {
        string many = new('x', 300);
        string[] texts =
        [
            "a/b", "a_b", "a�2Fb", "a\nb", "a b", "web-vuart0",
            many, many + "y", many[..200], many[..199] + "/", many.Replace('x', 'ä'),
        ];
        byte[][] names = [.. texts.Select(Encoding.UTF8.GetBytes),
            "caf"u8.ToArray(), [.. "caf"u8, 0xE8], [.. "caf"u8, 0xE9], [.. "caf"u8, 0xC3], [.. "caf"u8, 0xC3, 0xA9]];
        var files = names.Select(name => LogName.Of(GuestName.Of(name), ConsoleKind.Pv))
            .Append(LogName.Of("web", ConsoleKind.Vuart)).ToList();
        Assert.Equal(files.Count, files.Distinct().Count());
        Assert.All(files, file => Assert.InRange(Encoding.UTF8.GetByteCount(file + ".1000.gz.part"), 1, 255));
    }

    static byte[] Bytes(string text)
    {
        var bytes = new List<byte>();
        while (text.Length > 0)
        {
            bool isEscaped = text[0] == '�';
            int length = isEscaped ? 3 : char.IsHighSurrogate(text[0]) ? 2 : 1;
            bytes.AddRange(isEscaped
                ? [byte.Parse(text.AsSpan(1, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture)]
                : Encoding.UTF8.GetBytes(text[..length]));
            text = text[length..];
        }
        return [.. bytes];
    }
}
