using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Repository;

/// <summary>The options that help texts, manual pages and docs tell of are those that the code takes.</summary>
public sealed class OptionTests
{
    const string Long = @"(?<![\w-])--[a-z][a-z-]+", LongOrShort = Long + @"|(?<![\w-])-[A-Za-z](?![\w-])";

    static readonly Dictionary<string, HashSet<string>> OfPrograms = Daemons.Names.ToDictionary(name => name, OfCode);

    public static TheoryData<string> Programs => [.. Daemons.Names];

    [Theory]
    [MemberData(nameof(Programs))]
    public void Help_tells_the_options_that_the_code_takes(string program)
    {
        var taken = Taken(program);
        Assert.NotEmpty(taken);
        Rule.Holds(taken.Except(Told(Daemons.Help(program), LongOrShort)), $"{program} takes an option of which its --help does not tell");
        Rule.Holds(Told(Daemons.Help(program), Long).Except(taken), $"{program} --help tells of an option that the code does not take");
    }

    [Theory]
    [MemberData(nameof(Programs))]
    public void The_manual_page_tells_the_options_that_the_code_takes(string program)
    {
        var page = Manual.Of(program);
        var taken = Taken(program);
        Rule.Holds(taken.Except(Told(page.Text, LongOrShort)), $"{program} takes an option of which {page.Path} does not tell");
        Rule.Holds(Told(string.Join('\n', page.Options), LongOrShort).Except(taken),
            $"{page.Path} tells of an option that the code does not take");
    }

    // Commands stand between backticks, or in blocks of lines that begin with four blanks.
    [Fact]
    public void Docs_call_our_programs_with_options_that_they_take()
    {
        var wrong = from page in Pages.All
                    from code in Regex.Matches(Files.Text(page), @"`([^`\n]+)`|^    (.+)$", RegexOptions.Multiline)
                    let command = code.Groups[1].Value + code.Groups[2].Value
                    from program in Daemons.Names
                    where command.StartsWith(program + " ", StringComparison.Ordinal)
                    from option in Told(command, Long).Except(Taken(program))
                    select $"{page}: {command}";
        Rule.Holds(wrong, "a page calls a program of ours with an option that the code does not take");
    }

    // An option alone is one of the daemon whose chapter it is in, or of another of ours.
    [Theory]
    [MemberData(nameof(Programs))]
    public void Options_that_operations_names_alone_are_taken(string program)
    {
        var named = Regex.Matches(Daemons.Operations(program), $@"`({Long})[^`]*`").Select(found => found.Groups[1].Value);
        Rule.Holds(named.Except(Daemons.Names.SelectMany(Taken)),
            $"docs/operations.md names an option of {program} that the code does not take");
    }

    static HashSet<string> Taken(string program) => OfPrograms[program];

    // What a file that reads command lines compares a word with.
    static HashSet<string> OfCode(string program) =>
        [.. from source in Semantics.Uses.Where(use => use.Type.Name == "CommandLine").Select(use => use.From).Distinct()
            where source.Project.AssemblyName == program
            from literal in source.Syntax.DescendantNodes().OfType<LiteralExpressionSyntax>()
            where literal.IsKind(SyntaxKind.StringLiteralExpression)
            where literal.Parent is ConstantPatternSyntax or CaseSwitchLabelSyntax || literal.Parent.IsKind(SyntaxKind.EqualsExpression)
            let word = literal.Token.ValueText
            where Regex.IsMatch(word, $"^({LongOrShort})$")
            select word];

    static HashSet<string> Told(string text, string pattern) => [.. Regex.Matches(text, pattern).Select(option => option.Value)];
}
