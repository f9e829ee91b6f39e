using System.Collections.Concurrent;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Repository;

/// <summary>
/// The numbers with which a program can end, found by following what its Main returns: through conditions, calls of methods of src,
/// functions that are handed on, and variables. What comes out of another process is not followed.
/// </summary>
sealed class ExitStatuses
{
    static readonly ConcurrentDictionary<string, IReadOnlySet<int>> OfPrograms = [];

    readonly SortedSet<int> found = [];
    readonly HashSet<SyntaxNode> seen = [];
    readonly Dictionary<ISymbol, List<ExpressionSyntax>> arguments = new(SymbolEqualityComparer.Default);

    internal static IReadOnlySet<int> Of(string program) => OfPrograms.GetOrAdd(program, Follow);

    static SortedSet<int> Follow(string program)
    {
        var statuses = new ExitStatuses();
        var main = Daemons.SourcesOf(program).Single(source => source.Path == $"{source.Project.Folder}/Program.cs");
        foreach (var member in main.Syntax.Members.OfType<GlobalStatementSyntax>())
            statuses.Value((member.Statement as ReturnStatementSyntax)?.Expression);
        return statuses.found;
    }

    void Value(ExpressionSyntax? expression)
    {
        if (expression is null || !seen.Add(expression))
            return;
        var model = Semantics.Model(expression.SyntaxTree);
        if (model.GetConstantValue(expression) is { HasValue: true, Value: int constant })
        {
            found.Add(constant);
            return;
        }
        foreach (var part in Parts(expression, model))
            Value(part);
    }

    // The expressions one of which the value is.
    IEnumerable<ExpressionSyntax?> Parts(ExpressionSyntax expression, SemanticModel model) => expression switch
    {
        ParenthesizedExpressionSyntax inner => [inner.Expression],
        AwaitExpressionSyntax waited => [waited.Expression],
        ConditionalExpressionSyntax choice => [choice.WhenTrue, choice.WhenFalse],
        SwitchExpressionSyntax choice => choice.Arms.Select(arm => arm.Expression),
        AnonymousFunctionExpressionSyntax function => Returned(function.Body),
        CastExpressionSyntax cast when model.GetTypeInfo(cast.Expression).Type is { TypeKind: TypeKind.Enum } numbers => Members(numbers),
        CastExpressionSyntax cast => [cast.Expression],
        InvocationExpressionSyntax call => Called(call, model),
        IdentifierNameSyntax or MemberAccessExpressionSyntax => Named(model.GetSymbolInfo(expression).Symbol),
        _ => [],
    };

    IEnumerable<ExpressionSyntax?> Called(InvocationExpressionSyntax call, SemanticModel model)
    {
        var given = call.ArgumentList.Arguments.Select(argument => argument.Expression);
        if (model.GetSymbolInfo(call).Symbol is not IMethodSymbol method)
            return [];
        if (method.MethodKind == MethodKind.DelegateInvoke)
            return Named(model.GetSymbolInfo(call.Expression).Symbol);
        if (method.Name == nameof(Task.ConfigureAwait))
            return [(call.Expression as MemberAccessExpressionSyntax)?.Expression];
        if (Declaration(method) is not BaseMethodDeclarationSyntax body)
            return given; // Math.Max, Enumerable.Max
        foreach (var (parameter, argument) in method.OriginalDefinition.Parameters.Zip(given))
            (arguments.TryGetValue(parameter, out var all) ? all : arguments[parameter] = []).Add(argument);
        return Returned((SyntaxNode?)body.Body ?? body.ExpressionBody!.Expression);
    }

    // A variable or property has what is assigned to it somewhere; a parameter, what callers give.
    IEnumerable<ExpressionSyntax?> Named(ISymbol? symbol)
    {
        if (symbol is IParameterSymbol)
            return arguments.GetValueOrDefault(symbol.OriginalDefinition) ?? [];
        if (symbol is null or IMethodSymbol || Declaration(symbol) is not { } declaration)
            return [];
        if (symbol is IPropertySymbol { Type.SpecialType: SpecialType.System_Int32 }
            && declaration is PropertyDeclarationSyntax { AccessorList: not null, Initializer: null })
        {
            found.Add(0); // as it is before anything is assigned
        }
        var initial = declaration switch
        {
            VariableDeclaratorSyntax variable => variable.Initializer?.Value,
            PropertyDeclarationSyntax property => property.ExpressionBody?.Expression ?? property.Initializer?.Value,
            _ => null,
        };
        var assigned = declaration.SyntaxTree.GetRoot().DescendantNodes().OfType<AssignmentExpressionSyntax>()
            .Where(assignment => assignment.Left is IdentifierNameSyntax && assignment.Left.ToString() == symbol.Name);
        return assigned.Select(assignment => assignment.Right).Prepend(initial);
    }

    static IEnumerable<ExpressionSyntax?> Returned(SyntaxNode body) => body is ExpressionSyntax value
        ? [value]
        : body.DescendantNodes(node => node == body || node is not (AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax))
            .OfType<ReturnStatementSyntax>().Select(statement => statement.Expression);

    IEnumerable<ExpressionSyntax?> Members(ITypeSymbol numbers)
    {
        var members = numbers.GetMembers().OfType<IFieldSymbol>().Where(member => member.HasConstantValue);
        found.UnionWith(members.Select(member => (int)member.ConstantValue!));
        return [];
    }

    static SyntaxNode? Declaration(ISymbol symbol) => symbol.OriginalDefinition.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax();
}
