namespace Repository;

/// <summary>Who may know whom: rooms know only rooms below, folders have no cycles, what all share knows no daemon.</summary>
public sealed class RoomTests
{
    public static TheoryData<string> Projects => [.. Project.OfSrc.Select(project => project.Folder)];

    [Fact]
    public void Each_folder_of_sources_is_a_room()
    {
        var folders = Source.OfSrc.Select(source => source.Room).ToHashSet();
        Rule.Holds(folders.Except(Rooms.All.Select(room => room.Name)).Select(folder => $"src/{folder}"),
            "a folder of sources has no row in tests/Repository/Rooms.cs: put one between the rooms that it uses and those that use it");
        Rule.Holds(Rooms.All.Select(room => room.Name).Except(folders).Select(folder => $"src/{folder}"),
            "a room of tests/Repository/Rooms.cs has no sources: take its row out");
        Assert.Equal(Rooms.All.Length, Rooms.All.DistinctBy(room => room.Name).Count());
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_room_uses_only_rooms_that_stand_above_it_in_the_table(string project)
    {
        var upward = from use in Semantics.Uses
                     where use.To is not null && use.From.Project.Folder == project
                     let room = Room.Of(use.From)
                     let other = Room.Of(use.To!)
                     where room is not null && other is not null && other.Row > room.Row
                     group use by (use.From, use.Type.Name, Room: other.Name) into uses
                     select $"{uses.First().Line}: {uses.Key.From.Room} uses {uses.Key.Name} of {uses.Key.Room}";
        Rule.Holds(upward,
            "a room uses one that stands below it in tests/Repository/Rooms.cs: move the type where both may use it, or pass it in");
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Folders_have_no_cycles(string project)
    {
        var ways = Semantics.Uses
            .Where(use => use.To is not null && use.To.Room != use.From.Room)
            .Where(use => use.From.Project.Folder == project && use.To!.Project.Folder == project)
            .ToLookup(use => use.From.Room);
        var beneath = ways.ToDictionary(way => way.Key, way => Beneath(way.Key));
        var within = from folder in ways.Select(way => way.Key)
                     from use in ways[folder]
                     where beneath.TryGetValue(use.To!.Room, out var others) && others.Contains(folder)
                     group use by (use.From.Room, To: use.To!.Room) into uses
                     let types = uses.DistinctBy(use => (use.From, use.Type.Name)).ToList()
                     orderby types.Count
                     let first = string.Join(", ", types.Take(5).Select(use => $"{use.Type.Name} ({use.Line})"))
                     select $"{uses.Key.Room} uses {uses.Key.To} in {types.Count} places: {first}{(types.Count > 5 ? " …" : "")}";
        Rule.Holds(within,
            "folders use each other in a circle, so that none can be understood first: cut one of these ways, likely the first");

        // Those that a folder uses, and those that they use.
        HashSet<string> Beneath(string folder)
        {
            var seen = new HashSet<string>();
            var left = new Stack<string>([folder]);
            while (left.TryPop(out string? next))
            {
                foreach (string other in ways[next].Select(use => use.To!.Room).Where(seen.Add))
                    left.Push(other);
            }
            return seen;
        }
    }

    [Fact]
    public void What_all_share_knows_no_daemon_and_no_daemon_knows_another()
    {
        var upward = from project in Project.OfSrc
                     from reference in project.Beneath
                     where !reference.IsShared
                     select $"{project.Path} refers to {reference.Path}";
        Rule.Holds(upward, "a project of src refers to a daemon: what it needs of it belongs in src/Shared");
    }

    // Else the rules above would hold of names that nobody looked up.
    [Fact]
    public void Each_name_of_the_sources_is_understood() =>
        Rule.Holds(Semantics.NotUnderstood,
            "tests/Repository cannot tell what a name means: refer to the project or package from Repository.csproj");
}
