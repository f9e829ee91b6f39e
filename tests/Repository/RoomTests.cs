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
        var within = from folder in ways.Select(way => way.Key)
                     from use in ways[folder]
                     where Reaches(use.To!.Room, folder)
                     group use by (use.From.Room, To: use.To!.Room) into uses
                     let types = uses.DistinctBy(use => (use.From, use.Type.Name)).Select(use => $"{use.Type.Name} ({use.Line})")
                     select $"{uses.Key.Room} uses {uses.Key.To}: {string.Join(", ", types)}";
        Rule.Holds(within,
            "folders use each other in a circle, so that none can be understood first: cut one of these ways, the one with fewer types");

        bool Reaches(string from, string to)
        {
            var seen = new HashSet<string>();
            var left = new Stack<string>([from]);
            while (left.TryPop(out string? folder))
                if (folder == to)
                    return true;
                else if (seen.Add(folder))
                    foreach (var use in ways[folder])
                        left.Push(use.To!.Room);
            return false;
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
