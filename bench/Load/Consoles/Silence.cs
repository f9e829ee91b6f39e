namespace Load.Consoles;

/// <summary>There are none.</summary>
sealed class Silence : INeighbours
{
    public long Step() => long.MaxValue;
    public int Events => -1;
}
