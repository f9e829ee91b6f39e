using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Repository;

/// <summary>
/// The paths that a program's code has: texts in it that begin with a slash, folders of those, and what the code can put together below
/// them of its other texts.
/// </summary>
sealed class KnownPaths
{
    const int LeastPiece = 2; // a single letter or dot would make up any name

    readonly HashSet<string> absolute;
    readonly HashSet<string> pieces;

    internal KnownPaths(string program)
    {
        var project = Daemons.ProjectOf(program);
        Project[] projects = [project, .. project.Beneath];
        var literals = Daemons.Literals(Source.OfSrc.Where(source => projects.Contains(source.Project))).ToList();
        absolute = [.. literals.Where(text => text.StartsWith('/')).Select(text => text.TrimEnd('/', '\0'))];
        // Some folders are called as the members of an enum, in small letters.
        var members = from source in Daemons.SourcesOf(program)
                      from member in source.Syntax.DescendantNodes().OfType<EnumMemberDeclarationSyntax>()
                      select member.Identifier.Text.ToLowerInvariant();
        pieces = [.. literals.SelectMany(text => text.Split('/')).Concat(members).Where(piece => piece.Length >= LeastPiece)];
    }

    /// <summary>Whether the code has a path. A word in capitals in it, or a single capital, stands for any name.</summary>
    internal bool Has(string path) =>
        absolute.Any(known => known == path || known.StartsWith(path + "/", StringComparison.Ordinal))
        || Folders(path).Any(folder => absolute.Contains(folder) && path[(folder.Length + 1)..].Split('/').All(IsMade));

    bool IsMade(string name) => Regex.Split(name, "[A-Z]+").All(part => CanBeMade(part, 0));

    bool CanBeMade(string name, int from) =>
        from == name.Length
        || pieces.Any(piece => string.CompareOrdinal(name, from, piece, 0, piece.Length) == 0 && CanBeMade(name, from + piece.Length));

    static IEnumerable<string> Folders(string path)
    {
        for (string folder = Files.FolderOf(path); folder.Length > 0; folder = Files.FolderOf(folder))
            yield return folder;
    }
}
