using System.Collections.Concurrent;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Repository;

/// <summary>What the names in the sources of src mean, as the compiler understands them. Compiled once, for all tests.</summary>
static class Semantics
{
    // What a project's SDK has in view without a word of its sources.
    const string InView = "System System.Collections.Generic System.IO System.Linq System.Net.Http System.Threading System.Threading.Tasks";
    const string InViewOfWorkers = " Microsoft.Extensions.Configuration Microsoft.Extensions.DependencyInjection"
        + " Microsoft.Extensions.Hosting Microsoft.Extensions.Logging";

    static readonly Dictionary<string, CSharpCompilation> Compilations = [];
    static readonly Dictionary<string, Source> Sources = Source.OfSrc.ToDictionary(source => source.Path);
    static readonly MetadataReference[] References = Libraries();

    // Made when first asked for and not with the class, for which the threads that look would wait.
    static readonly Lazy<Use[]> Found = new(() => [.. Source.OfSrc.AsParallel().AsOrdered().SelectMany(UsesOf)]);
    static readonly ConcurrentQueue<string> Unclear = [];

    static Semantics()
    {
        foreach (var project in Project.OfSrc)
            Compilation(project);
    }

    /// <summary>Each type and member that a file uses, once; crefs of comments are none.</summary>
    internal static IReadOnlyList<Use> Uses => Found.Value;

    /// <summary>The names of which it cannot be told what they mean: places and names.</summary>
    internal static IReadOnlyCollection<string> NotUnderstood => Found.Value.Length > 0 ? Unclear : [];

    internal static SemanticModel Model(SyntaxTree tree) => Compilations[Sources[tree.FilePath].Project.Name].GetSemanticModel(tree);

    internal static CSharpCompilation Compilation(Project project)
    {
        if (Compilations.TryGetValue(project.Name, out var made))
            return made;
        var own = Source.OfSrc.Where(source => source.Project == project).Select(source => source.Tree);
        var options = new CSharpCompilationOptions(project.IsShared ? OutputKind.DynamicallyLinkedLibrary : OutputKind.ConsoleApplication,
            allowUnsafe: true, nullableContextOptions: NullableContextOptions.Enable);
        return Compilations[project.Name] = CSharpCompilation.Create(project.AssemblyName, [.. own, Preamble(project)],
            [.. References, .. project.Beneath.Select(other => Compilation(other).ToMetadataReference())], options);
    }

    static SyntaxTree Preamble(Project project)
    {
        var usings = (InView + (project.IsWorker ? InViewOfWorkers : "")).Split(' ').Select(name => $"global using {name};");
        var friends = project.Friends.Select(name => $"[assembly: System.Runtime.CompilerServices.InternalsVisibleTo(\"{name}\")]");
        return CSharpSyntaxTree.ParseText(string.Join('\n', usings.Concat(friends)), Source.Options);
    }

    // The runtime's and the packages', but not what was built of src: that is compiled here.
    static MetadataReference[] Libraries()
    {
        var ours = Project.OfSrc.Select(project => project.AssemblyName).ToHashSet();
        string[] known = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator);
        var others = known.Where(file => !ours.Contains(Path.GetFileNameWithoutExtension(file)));
        return [.. others.Select(file => MetadataReference.CreateFromFile(file))];
    }

    static IEnumerable<Use> UsesOf(Source source)
    {
        var model = Model(source.Tree);
        var seen = new HashSet<ISymbol>(SymbolEqualityComparer.Default);
        foreach (var node in source.Syntax.DescendantNodes().Where(HasMeaning))
        {
            var symbol = Meaning(model, node);
            if (symbol is null && node is IdentifierNameSyntax { Identifier.Text: var name } && !IsKeyword(name))
                Unclear.Enqueue($"{source.Line(node)}: {name}");
            foreach (var used in Named(symbol).Where(seen.Add))
            {
                if (TypeOf(used) is { } type)
                    yield return new(source, source.Line(node), used, type, Declared(type));
            }
        }
    }

    static bool HasMeaning(SyntaxNode node) =>
        node is SimpleNameSyntax or BaseObjectCreationExpressionSyntax or ElementAccessExpressionSyntax;

    // To the parser they are names like others.
    static bool IsKeyword(string name) => name is "var" or "nameof" or "unmanaged" or "notnull" or "_";

    /// <summary>What a name means; where it cannot be told for sure, the likeliest.</summary>
    static ISymbol? Meaning(SemanticModel model, SyntaxNode node)
    {
        var info = model.GetSymbolInfo(node);
        return info.Symbol ?? info.CandidateSymbols.FirstOrDefault();
    }

    // `var` may stand for a list of something, or for an array.
    static IEnumerable<ISymbol> Named(ISymbol? symbol) => symbol switch
    {
        IArrayTypeSymbol array => Named(array.ElementType),
        IPointerTypeSymbol pointer => Named(pointer.PointedAtType),
        INamedTypeSymbol type => type.TypeArguments.SelectMany(Named).Prepend(type.OriginalDefinition),
        IMethodSymbol method => [(method.ReducedFrom ?? method).OriginalDefinition],
        IPropertySymbol or IFieldSymbol or IEventSymbol => [symbol.OriginalDefinition],
        _ => [],
    };

    static INamedTypeSymbol? TypeOf(ISymbol symbol)
    {
        var type = symbol as INamedTypeSymbol ?? symbol.ContainingType;
        while (type?.ContainingType is { } outer)
            type = outer;
        return type;
    }

    static Source? Declared(INamedTypeSymbol type) =>
        // A tuple with names is declared where it stands, and is nobody's.
        !type.IsTupleType && type.DeclaringSyntaxReferences.FirstOrDefault()?.SyntaxTree.FilePath is { } path
            ? Sources.GetValueOrDefault(path)
            : null;
}
