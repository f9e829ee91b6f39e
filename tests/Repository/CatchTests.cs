using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Repository;

/// <summary>What is caught: few exceptions, known ones, and for a reason that stands there.</summary>
public sealed class CatchTests
{
    // As many as there are. A new one has to take the place of another, or to raise the number in a commit that says why.
    static readonly Dictionary<string, int> Most = new()
    {
        ["Shared"] = 30,
        ["XenStored"] = 10,
        ["XenConsoled"] = 10,
        ["XenDomains"] = 37, // the last: a file of answers that another program wrote
        ["XenWatchdog"] = 15,
        ["XenCommons"] = 38,
    };

    public static TheoryData<string> Programs => [.. Most.Keys];

    [Theory]
    [MemberData(nameof(Programs))]
    public void No_more_is_caught_than_today(string program)
    {
        int count = Catches.Count(one => one.Source.Room.Split('/')[0] == program);
        Assert.True(count <= Most[program],
            $"{program} has {count} catch clauses, and {Most[program]} were enough: return a value where the failure is one of the host's "
            + "files (FileFault), or raise the number in tests/Repository/CatchTests.cs and say why");
    }

    [Fact]
    public void Each_program_has_its_number() =>
        Assert.Equal(Source.OfSrc.Select(source => source.Room.Split('/')[0]).Distinct().Order(), Most.Keys.Order());

    [Fact]
    public void A_catch_that_does_nothing_says_why() =>
        Rule.Holds(from one in Catches
                   where one.Clause.Block.Statements.Count == 0 && !HasComment(one.Clause)
                   select one.Source.Line(one.Clause),
            "an exception is caught and nothing is done, and no comment says why that is right");

    [Fact]
    public void A_catch_of_everything_says_whose_edge_it_is() =>
        Rule.Holds(from one in Catches
                   where one.Clause.Declaration?.Type.ToString() is null or "Exception"
                   where one.Clause.Filter is null && !ThrowsAgain(one.Clause) && !HasComment(one.Clause)
                   select one.Source.Line(one.Clause),
            "every exception is caught, a fault of ours as well: name those that are meant, or say of which thread or task it is the edge");

    // The decision what a failed access to files is stands at one place.
    [Fact]
    public void What_files_may_fail_with_is_written_once() =>
        Rule.Holds(from source in Source.OfSrc
                   where source.Name != "FileFault.cs"
                   from token in source.Syntax.DescendantTokens()
                   where token.Text == nameof(UnauthorizedAccessException)
                   select source.Line(token),
            "a file names the exceptions of failed access to files: use FileFault");

    static IEnumerable<(Source Source, CatchClauseSyntax Clause)> Catches =>
        from source in Source.OfSrc
        from clause in source.Syntax.DescendantNodes().OfType<CatchClauseSyntax>()
        select (source, clause);

    static bool ThrowsAgain(CatchClauseSyntax clause) => clause.Block.Statements.LastOrDefault() is ThrowStatementSyntax;

    static bool HasComment(CatchClauseSyntax clause) =>
        clause.DescendantTrivia().Any(trivia => trivia.IsKind(SyntaxKind.SingleLineCommentTrivia));
}
