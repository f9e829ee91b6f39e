using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis.CSharp;

namespace Repository;

/// <summary>The programs of src, and what their code and the pages say of each.</summary>
static class Daemons
{
    /// <summary>Their names, as they are called.</summary>
    internal static IReadOnlyList<string> Names { get; } =
        [.. Project.OfSrc.Where(project => project.IsWorker).Select(project => project.AssemblyName)];

    internal static Project ProjectOf(string name) => Project.OfSrc.Single(project => project.AssemblyName == name);

    internal static IEnumerable<Source> SourcesOf(string name) => Source.OfSrc.Where(source => source.Project == ProjectOf(name));

    /// <summary>What docs/operations.md says of a daemon.</summary>
    internal static string Operations(string name) =>
        Regex.Match(Files.Text("docs/operations.md"), $@"(?ms)^# {name}\n(.*?)(?=^# |\z)").Groups[1].Value;

    /// <summary>All that `--help` can print.</summary>
    internal static string Help(string name) =>
        string.Join('\n', Literals(SourcesOf(name)).Where(text => text.Contains("Usage: ", StringComparison.Ordinal)));

    /// <summary>The texts between quotes; of one with values in it, what stands between the values.</summary>
    internal static IEnumerable<string> Literals(IEnumerable<Source> sources) =>
        from source in sources
        from token in source.Syntax.DescendantTokens()
        where token.Kind() is SyntaxKind.StringLiteralToken or SyntaxKind.Utf8StringLiteralToken or SyntaxKind.InterpolatedStringTextToken
            or SyntaxKind.SingleLineRawStringLiteralToken or SyntaxKind.MultiLineRawStringLiteralToken
        select token.ValueText;
}
