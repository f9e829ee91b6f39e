using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Repository;

/// <summary>How wide and how long code is.</summary>
public sealed class SizeTests
{
    const int Columns = 140, LinesOfAFile = 400, LinesOfAMethod = 40, FilesOfARoom = 12;

    public static TheoryData<string> Trees => [.. Source.Trees];

    [Theory]
    [MemberData(nameof(Trees))]
    public void No_line_is_wider_than_140_columns(string tree)
    {
        var wide = from source in Source.All
                   where source.Path.StartsWith(tree + "/", StringComparison.Ordinal)
                   from line in source.Text.Split('\n').Index()
                   where line.Item.Length > Columns
                   select $"{source.Path}:{line.Index + 1}: {line.Item.Length} columns";
        Rule.Holds(wide, $"a line has more than {Columns} columns: break it");
    }

    // dotnet format leaves them.
    [Theory]
    [MemberData(nameof(Trees))]
    public void No_file_begins_with_an_empty_line_and_no_two_follow_each_other(string tree)
    {
        var empty = from source in Source.All
                    where source.Path.StartsWith(tree + "/", StringComparison.Ordinal)
                    where source.Text.TrimStart('\ufeff').StartsWith('\n')
                        || source.Text.Contains("\n\n\n", StringComparison.Ordinal)
                        && !source.Text.Contains("\"\"\"", StringComparison.Ordinal) // a text in code may have them
                    select source.Path;
        Rule.Holds(empty, "a file begins with an empty line, or two follow each other: remove them");
    }

    [Theory]
    [MemberData(nameof(Trees))]
    public void No_file_is_longer_than_400_lines(string tree)
    {
        var longOnes = from source in Source.All
                       where source.Path.StartsWith(tree + "/", StringComparison.Ordinal)
                       let lines = source.Text.Count(letter => letter == '\n')
                       where lines > LinesOfAFile
                       select $"{source.Path}: {lines} lines";
        Rule.Holds(longOnes, $"a file has more than {LinesOfAFile} lines: it holds two ideas, so make two of it");
    }

    [Theory]
    [MemberData(nameof(Trees))]
    public void No_method_is_longer_than_40_lines(string tree)
    {
        var longOnes = from source in Source.All
                       where source.Path.StartsWith(tree + "/", StringComparison.Ordinal)
                       from method in Methods(source)
                       where method.Lines > LinesOfAMethod
                       select $"{source.Line(method.First)}: {method.Name} has {method.Lines} lines";
        Rule.Holds(longOnes, $"a method has more than {LinesOfAMethod} lines: give a part of it a name");
    }

    // Ten are few enough to be seen at one look. A room with two more has one idea in many small values.
    [Fact]
    public void No_room_has_more_than_12_files()
    {
        var full = from source in Source.OfSrc
                   group source by source.Room into files
                   where files.Count() > FilesOfARoom
                   select $"src/{files.Key}: {files.Count()} files";
        Rule.Holds(full, $"a room has more than {FilesOfARoom} files: which of them are an idea of their own?");
    }

    // The keeper of xenstored.
    [Fact]
    public void So_it_is_in_C()
    {
        string[] paths = [.. Files.Beneath("src", "*.c"), .. Files.Beneath("src", "*.h")];
        Assert.NotEmpty(paths);
        foreach (string path in paths)
        {
            string[] lines = Files.Text(path).Split('\n');
            Rule.Holds(from line in lines.Index() where line.Item.Length > Columns select $"{path}:{line.Index + 1}", "a line is too wide");
            Assert.InRange(lines.Length, 1, LinesOfAFile);
            int begins = 0;
            foreach (var (number, line) in lines.Index())
                if (line == "{")
                    begins = number;
                else if (line == "}" && number - begins > LinesOfAMethod)
                    Assert.Fail($"{path}:{begins + 1}: a function has more than {LinesOfAMethod} lines");
        }
    }

    // The page for Cockpit. A function begins at the left edge, a method of a class one step to the right, and each ends with a brace
    // that stands alone as far to the left.
    [Theory]
    [InlineData("src")]
    [InlineData("tests")]
    [InlineData("web")]
    public void So_it_is_in_TypeScript(string folder)
    {
        string[] paths = [.. Files.Beneath($"cockpit-xen/{folder}", "*.ts"), .. Files.Beneath($"cockpit-xen/{folder}", "*.tsx")];
        Assert.NotEmpty(paths);
        var texts = paths.Select(path => (Path: path, Lines: Files.Text(path).Split('\n'))).ToList();
        Rule.Holds(from text in texts
                   from line in text.Lines.Index()
                   where line.Item.Length > Columns
                   select $"{text.Path}:{line.Index + 1}: {line.Item.Length} columns", $"a line has more than {Columns} columns: break it");
        Rule.Holds(from text in texts where text.Lines.Length > LinesOfAFile select text.Path, "a file has too many lines");
        Rule.Holds(from text in texts
                   from function in Functions(text.Lines)
                   where function.Lines > LinesOfAMethod
                   select $"{text.Path}:{function.Begins + 1}: {function.Lines} lines",
            $"a function has more than {LinesOfAMethod} lines: give a part of it a name");
    }

    const string MethodOfClass = @"^    (private |static |async )*(?!if|for|while|switch|return|use)\w+\(.*\{$";

    static IEnumerable<(int Begins, int Lines)> Functions(string[] lines)
    {
        foreach (string step in (string[])["", "    "])
        {
            int begins = -1;
            foreach (var (number, line) in lines.Index())
                if (Regex.IsMatch(line, step.Length == 0 ? @"^(export )?(async )?function " : MethodOfClass))
                    begins = number;
                else if (begins >= 0 && line == step + "}")
                {
                    yield return (begins, number - begins + 1);
                    begins = -1;
                }
        }
    }

    // What is written inside of a method, local functions as well, is counted with it; comments and attributes before it are not.
    static IEnumerable<(string Name, SyntaxToken First, int Lines)> Methods(Source source)
    {
        foreach (var node in source.Syntax.DescendantNodes())
        {
            if (NameOf(node) is { } name)
                yield return (name, FirstOf(node), Lines(FirstOf(node), node.GetLastToken()));
        }
        var statements = source.Syntax.Members.OfType<GlobalStatementSyntax>().ToList();
        if (statements.Count > 0)
        {
            var first = statements[0].GetFirstToken();
            yield return ("the program", first, Lines(first, statements[^1].GetLastToken()));
        }
    }

    static string? NameOf(SyntaxNode node) => node switch
    {
        MethodDeclarationSyntax method => method.Identifier.Text,
        ConstructorDeclarationSyntax => "the constructor",
        DestructorDeclarationSyntax => "the finalizer",
        OperatorDeclarationSyntax or ConversionOperatorDeclarationSyntax => "an operator",
        AccessorDeclarationSyntax accessor => accessor.Keyword.Text,
        PropertyDeclarationSyntax { ExpressionBody: not null } property => property.Identifier.Text,
        IndexerDeclarationSyntax { ExpressionBody: not null } => "the indexer",
        _ => null,
    };

    static SyntaxToken FirstOf(SyntaxNode node)
    {
        var attributes = node.ChildNodes().TakeWhile(child => child is AttributeListSyntax).LastOrDefault();
        return attributes is null ? node.GetFirstToken() : attributes.GetLastToken().GetNextToken();
    }

    static int Lines(SyntaxToken first, SyntaxToken last) =>
        last.GetLocation().GetLineSpan().EndLinePosition.Line - first.GetLocation().GetLineSpan().StartLinePosition.Line + 1;
}
