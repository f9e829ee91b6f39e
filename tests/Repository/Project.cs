using System.Xml.Linq;
using Xen.Support;

namespace Repository;

/// <summary>What a .csproj says of a project.</summary>
sealed class Project
{
    readonly XDocument document;

    Project(string path)
    {
        Path = path;
        document = XDocument.Load(Checkout.Path(path));
    }

    internal static IReadOnlyList<Project> All { get; } =
        [.. Source.Trees.SelectMany(tree => Files.Beneath(tree, "*.csproj")).Select(path => new Project(path))];

    internal static IEnumerable<Project> OfSrc => All.Where(project => project.IsOfSrc);

    internal string Path { get; }
    internal string Folder => Files.FolderOf(Path);
    internal string Name => System.IO.Path.GetFileNameWithoutExtension(Path);
    internal bool IsOfSrc => Path.StartsWith("src/", StringComparison.Ordinal);
    internal bool IsShared => Path.StartsWith("src/Shared/", StringComparison.Ordinal);
    internal string RootNamespace => Value("RootNamespace") ?? Name;
    internal string AssemblyName => Value("AssemblyName") ?? Name;
    internal bool AllowsUnsafe => Value("AllowUnsafeBlocks") == "true";
    internal bool IsWorker => document.Root!.Attribute("Sdk")!.Value == "Microsoft.NET.Sdk.Worker";
    internal IEnumerable<string> Packages => Included("PackageReference");
    internal IEnumerable<string> Friends => Included("InternalsVisibleTo");

    /// <summary>The projects that this one refers to, by their names.</summary>
    internal IEnumerable<string> References => Included("ProjectReference").Select(System.IO.Path.GetFileNameWithoutExtension)!;

    /// <summary>Those, and those to which they refer.</summary>
    internal IEnumerable<Project> Beneath =>
        OfSrc.Where(project => References.Contains(project.Name)).SelectMany(project => project.Beneath.Append(project)).Distinct();

    /// <summary>The project of a file: of all whose folder it is in, the innermost.</summary>
    internal static Project Of(string file) =>
        All.Where(project => file.StartsWith(project.Folder + "/", StringComparison.Ordinal)).MaxBy(project => project.Folder.Length)
        ?? throw new InvalidOperationException($"{file} is in no project's folder");

    public override string ToString() => Name;

    string? Value(string name) => document.Descendants(name).FirstOrDefault()?.Value;

    IEnumerable<string> Included(string item) => document.Descendants(item).Select(element => element.Attribute("Include")!.Value);
}
