using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Xen.Support;

namespace Repository;

/// <summary>The points at which a test has the store kill itself: the executable that is installed has none of them.</summary>
public sealed class CrashPointTests
{
    const string Variable = "XENSTORED_CRASH";

    [Fact]
    public void Only_the_executable_for_tests_has_them()
    {
        Assert.True(Has("out/crash/xenstored", Variable), "out/crash/xenstored has no crash points: make out/crash/xenstored");
        Assert.False(Has("out/bin/xenstored", Variable), "out/bin/xenstored has crash points");
        Assert.False(Has("out/bin/xenstored", "CrashPoint"), "out/bin/xenstored has crash points");
    }

    [Fact]
    public void Those_of_the_keeper_have_the_same_numbers_in_both_languages()
    {
        var names = Source.OfSrc.Single(source => source.Name == "CrashPoint.cs").Syntax.DescendantNodes()
            .OfType<EnumMemberDeclarationSyntax>().Select(member => member.Identifier.Text).ToList();
        var ofKeeper = Regex.Matches(Files.Text("src/XenStored/Keeper/crash.h"), @"\b([A-Z][A-Za-z]+) = (\d+)").ToList();
        Assert.NotEmpty(ofKeeper);
        Assert.All(ofKeeper, match =>
            Assert.Equal(names.IndexOf(match.Groups[1].Value), int.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture)));
    }

    // C# keeps its texts as UTF-16.
    static bool Has(string program, string text)
    {
        byte[] bytes = File.ReadAllBytes(Checkout.Path(program));
        return bytes.AsSpan().IndexOf(Encoding.ASCII.GetBytes(text)) >= 0 || bytes.AsSpan().IndexOf(Encoding.Unicode.GetBytes(text)) >= 0;
    }
}
