namespace Repository;

/// <summary>A folder of sources, which is one idea and one namespace.</summary>
/// <param name="Name">Its path below src.</param>
/// <param name="Trait">What its code may do.</param>
sealed record Room(string Name, Trait Trait = Trait.None)
{
    /// <summary>The files of a pure room that are not: by them the room reaches the outside, and the others do not.</summary>
    internal string[] Doors { get; init; } = [];

    internal int Row => Array.IndexOf(Rooms.All, this);

    internal static Room? Of(Source source) => Rooms.All.FirstOrDefault(room => room.Name == source.Room);
}
