using Microsoft.CodeAnalysis;

namespace Repository;

/// <summary>A place in the sources of src where a type, or a member of it, is used.</summary>
/// <param name="From">The file.</param>
/// <param name="Line">File and line.</param>
/// <param name="Symbol">What is used: a type or a member.</param>
/// <param name="Type">The type, or that of the member.</param>
/// <param name="To">The file that declares it; null if that is none of src.</param>
sealed record Use(Source From, string Line, ISymbol Symbol, INamedTypeSymbol Type, Source? To)
{
    /// <summary>The namespace of the type, with dots.</summary>
    internal string Namespace => Type.ContainingNamespace?.ToDisplayString() ?? "";
}
