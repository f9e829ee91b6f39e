using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Repository;

/// <summary>What files, types and namespaces are called.</summary>
public sealed class NameTests
{
    public static TheoryData<string> Trees => [.. Source.Trees];

    [Theory]
    [MemberData(nameof(Trees))]
    public void A_file_holds_one_type_and_is_named_as_it(string tree)
    {
        var wrong = from source in Beneath(tree)
                    where !IsProgram(source)
                    let types = source.TopLevelTypes.Select(NameOf).ToList()
                    where types.Count != 1 || source.Name != types[0] + ".cs" && !IsPart(source)
                    select $"{source.Path} holds {(types.Count == 0 ? "none" : string.Join(", ", types))}";
        Rule.Holds(wrong, "a file is named as its one top-level type (a part of a partial type: Name.Part.cs): split or rename it");
    }

    [Fact]
    public void No_two_types_of_src_have_one_simple_name()
    {
        var twice = from declared in Types().DistinctBy(type => type.FullName)
                    group declared by declared.Name into types
                    where types.Count() > 1
                    select $"{types.Key}: {string.Join(", ", types.Select(type => type.Line))}";
        Rule.Holds(twice, "types of src have the same simple name: rename all but one, or make one private in another");
    }

    [Fact]
    public void No_namespace_of_src_is_called_as_a_type()
    {
        var all = Source.OfSrc.SelectMany(source => NamespaceOf(source) is { } name ? Prefixes(name) : []).Distinct();
        var namespaces = all.ToLookup(name => name.Split('.')[^1]);
        var both = from type in Types()
                   from space in namespaces[type.Name]
                   select $"{type.Line}: {type.Name} is the namespace {space}, too";
        Rule.Holds(both, "a namespace ends as a type is called, so that the name alone can mean either: rename one");
    }

    [Theory]
    [MemberData(nameof(Trees))]
    public void A_namespace_is_that_of_the_project_and_the_folder(string tree)
    {
        var wrong = from source in Beneath(tree)
                    where source.TopLevelTypes.Any()
                    let folder = Files.FolderOf(source.Path)[source.Project.Folder.Length..]
                    let expected = source.Project.RootNamespace + folder.Replace('/', '.')
                    where NamespaceOf(source) != expected
                    select $"{source.Path} is in {NamespaceOf(source) ?? "none"} and not in {expected}";
        Rule.Holds(wrong, "a file's namespace is its project's root namespace and its folder: move the file or change the namespace");
    }

    [Theory]
    [MemberData(nameof(Trees))]
    public void No_name_could_be_that_of_anything(string tree)
    {
        var files = Beneath(tree).Where(source => IsVague(source.Path[tree.Length..])).Select(source => source.Path);
        var members = from source in Beneath(tree)
                      from token in source.Syntax.DescendantTokens()
                      where token.IsKind(SyntaxKind.IdentifierToken) && IsDeclared(token) && IsVague(token.Text)
                      select $"{source.Line(token)}: {token.Text}";
        Rule.Holds(files.Concat(members), "Manager, Helper and Util say nothing of what a thing is: name what it does or knows");
    }

    static IEnumerable<Source> Beneath(string tree) =>
        Source.All.Where(source => source.Path.StartsWith(tree + "/", StringComparison.Ordinal));

    static bool IsProgram(Source source) =>
        source.Name == "Program.cs" && source.Syntax.Members.Any(member => member is GlobalStatementSyntax);

    static bool IsPart(Source source) =>
        source.TopLevelTypes.Single() is var type && type.Modifiers.Any(SyntaxKind.PartialKeyword)
        && source.Name.StartsWith(NameOf(type) + ".", StringComparison.Ordinal);

    static string NameOf(MemberDeclarationSyntax type) =>
        type is DelegateDeclarationSyntax { Identifier.Text: var name } ? name : ((BaseTypeDeclarationSyntax)type).Identifier.Text;

    static string? NamespaceOf(Source source) =>
        source.Syntax.Members.OfType<BaseNamespaceDeclarationSyntax>().FirstOrDefault()?.Name.ToString();

    static IEnumerable<string> Prefixes(string name)
    {
        string[] parts = name.Split('.');
        return Enumerable.Range(1, parts.Length).Select(count => string.Join('.', parts[..count]));
    }

    // Of a partial type each part is declared; the name is one. Private types are seen by one type only, whose words they may be.
    static IEnumerable<(string Name, string FullName, string Line)> Types() =>
        from source in Source.OfSrc
        from type in source.Syntax.DescendantNodes().OfType<MemberDeclarationSyntax>()
        where type is BaseTypeDeclarationSyntax or DelegateDeclarationSyntax && !type.AncestorsAndSelf().Any(IsPrivate)
        let outer = type.Ancestors().OfType<BaseTypeDeclarationSyntax>().Select(NameOf).Reverse()
        let arity = (type as TypeDeclarationSyntax)?.TypeParameterList?.Parameters.Count ?? 0
        select (NameOf(type), string.Join('.', outer.Prepend(NamespaceOf(source)).Append($"{NameOf(type)}`{arity}")), source.Line(type));

    static bool IsPrivate(SyntaxNode node) =>
        node is MemberDeclarationSyntax { Parent: TypeDeclarationSyntax and not InterfaceDeclarationSyntax } type
        && !type.Modifiers.Any(SyntaxKind.PublicKeyword) && !type.Modifiers.Any(SyntaxKind.InternalKeyword);

    // Constants and variables may have the words of others: D-Bus has its ObjectManager, systemd is a manager, libxl has a helper.
    static bool IsDeclared(SyntaxToken token) =>
        token.Parent is MemberDeclarationSyntax or LocalFunctionStatementSyntax or TypeParameterSyntax;

    // As a word of its own: a utility is one, "utilized" is not.
    static bool IsVague(string name) => Regex.IsMatch(name, "(Managers?|Helpers?|Utils?|Utility|Utilities)(?![a-z])");
}
