using System.Text.Json;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Repository;

/// <summary>Where code may touch what is outside of it: memory, the kernel, clocks, libraries.</summary>
public sealed class BoundaryTests
{
    // They order what processors see of memory, and wait for nothing.
    static readonly string[] OrderOfMemory = ["Volatile", "Interlocked"];
    static readonly string[] Outside = ["System.Net", "System.Threading.", "Microsoft.Extensions"];
    static readonly string[] Clocks = ["Now", "UtcNow", "Today", "TickCount", "TickCount64"];

    [Fact]
    public void Unsafe_code_and_imported_functions_are_only_in_rooms_that_say_so()
    {
        var places = from source in Source.OfSrc
                     where !Has(source, Trait.Unsafe)
                     from token in source.Syntax.DescendantTokens()
                     where token.IsKind(SyntaxKind.UnsafeKeyword)
                         || token.Text is "DllImport" or "LibraryImport" && token.Parent?.Parent is AttributeSyntax
                     select $"{source.Line(token)}: {token.Text}";
        Rule.Holds(places, "unsafe code outside of the rooms with Trait.Unsafe in tests/Repository/Rooms.cs: let one of those do it");
    }

    [Fact]
    public void A_project_of_src_allows_unsafe_code_only_if_a_room_of_it_has_some()
    {
        var needless = Project.OfSrc.Where(project => project.AllowsUnsafe
            && !Source.OfSrc.Any(source => source.Project == project && Has(source, Trait.Unsafe)));
        Rule.Holds(needless.Select(project => project.Path), "AllowUnsafeBlocks in a project without a room for unsafe code: take it out");
    }

    [Fact]
    public void Pure_rooms_do_no_input_or_output_and_read_no_clock()
    {
        var uses = from use in Semantics.Uses
                   where IsPure(use.From) && (use.To is null ? IsOutside(use) : Has(use.To, Trait.World))
                   select $"{use.Line}: {use.Type.Name}{(use.Symbol is INamedTypeSymbol ? "" : "." + use.Symbol.Name)}";
        var locks = from source in Source.OfSrc
                    where IsPure(source)
                    from node in source.Syntax.DescendantNodes()
                    where node is LockStatementSyntax or AwaitExpressionSyntax
                    select $"{source.Line(node)}: {node.GetFirstToken().Text}";
        Rule.Holds(uses.Concat(locks),
            "a room with Trait.Pure in tests/Repository/Rooms.cs reaches the outside, a clock or a thread: pass in what it wants to know");
    }

    // The runtime's cryptography is OpenSSL, without which it ends the process; xendomains once was aborted so in mid-stop.
    [Fact]
    public void Nothing_needs_OpenSSL()
    {
        var uses = Semantics.Uses.Where(use => use.Namespace.StartsWith("System.Security.Cryptography", StringComparison.Ordinal));
        Rule.Holds(uses.Select(use => $"{use.Line}: {use.Type.Name}"),
            "the runtime's cryptography needs OpenSSL, which a small dom0 does not have: take System.IO.Hashing");
    }

    // Those that every guest reaches load neither the bus's library nor what stands on it.
    [Fact]
    public void Only_xendomains_and_xenwatchdogd_load_the_bus()
    {
        const string Library = "Tmds.DBus.Protocol";
        Assert.Equal(["Bus"], Which(project => project.Packages.Contains(Library)));
        Assert.Equal(["Bus", "XenDomains", "XenWatchdog"], Which(project => Locked(project).Contains(Library)));
        Assert.Equal(["XenDomains", "XenWatchdog"], Which(project => project.Beneath.Any(other => other.Name == "Bus")));

        static IEnumerable<string> Which(Func<Project, bool> has) =>
            Project.OfSrc.Where(has).Select(project => project.Name).Order(StringComparer.Ordinal);
    }

    // All packages of a project, those of others included.
    static HashSet<string> Locked(Project project)
    {
        using var file = JsonDocument.Parse(Files.Text($"{project.Folder}/packages.lock.json"));
        var frameworks = file.RootElement.GetProperty("dependencies").EnumerateObject();
        return [.. frameworks.SelectMany(framework => framework.Value.EnumerateObject()).Select(package => package.Name)];
    }

    static bool Has(Source source, Trait trait) => Room.Of(source) is { } room && room.Trait.HasFlag(trait);

    static bool IsPure(Source source) => Has(source, Trait.Pure) && !Room.Of(source)!.Doors.Contains(source.Name);

    static bool IsOutside(Use use) => use.Namespace switch
    {
        "System" => use.Type.Name is "Console" or "Environment" or "TimeProvider" || Clocks.Contains(use.Symbol.Name),
        "System.IO" => !IsException(use.Type),
        "System.Threading" => !OrderOfMemory.Contains(use.Type.Name),
        "System.Diagnostics" => use.Type.Name is "Stopwatch" or "Process",
        var other => Outside.Any(space => other.StartsWith(space, StringComparison.Ordinal)),
    };

    static bool IsException(INamedTypeSymbol? type) => type is not null && (type.Name == "Exception" || IsException(type.BaseType));
}
