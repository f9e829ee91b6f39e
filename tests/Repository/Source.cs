using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Repository;

/// <summary>A file of C#. All of them are read and parsed once, for all tests.</summary>
sealed class Source
{
    /// <summary>The folders in which there are sources.</summary>
    internal static readonly string[] Trees = ["src", "tests", "bench"];

    // Made when first asked for and not with the class, for which the threads that parse would wait.
    static readonly Lazy<Source[]> Parsed = new(() =>
    [
        .. Trees.SelectMany(tree => Files.Beneath(tree, "*.cs")).AsParallel().AsOrdered().Select(path => new Source(path)),
    ]);

    Source(string path)
    {
        Path = path;
        Project = Project.Of(path);
        Text = Files.Text(path);
        Tree = CSharpSyntaxTree.ParseText(Text, Options, path);
    }

    internal static CSharpParseOptions Options { get; } = new(LanguageVersion.Latest, DocumentationMode.None);

    internal static IReadOnlyList<Source> All => Parsed.Value;

    internal static IEnumerable<Source> OfSrc => All.Where(source => source.Project.IsOfSrc);

    /// <summary>From the repository's root on.</summary>
    internal string Path { get; }
    internal Project Project { get; }
    internal string Text { get; }
    internal SyntaxTree Tree { get; }
    internal CompilationUnitSyntax Syntax => (CompilationUnitSyntax)Tree.GetRoot();
    internal string Name => System.IO.Path.GetFileName(Path);

    /// <summary>Its folder below src, which is the name of its room.</summary>
    internal string Room => Files.FolderOf(Path)["src/".Length..];

    internal IEnumerable<MemberDeclarationSyntax> TopLevelTypes =>
        Syntax.DescendantNodes(node => node is CompilationUnitSyntax or BaseNamespaceDeclarationSyntax)
            .OfType<MemberDeclarationSyntax>().Where(member => member is BaseTypeDeclarationSyntax or DelegateDeclarationSyntax);

    internal string Line(SyntaxNodeOrToken where) => $"{Path}:{Tree.GetLineSpan(where.Span).StartLinePosition.Line + 1}";

    public override string ToString() => Path;
}
