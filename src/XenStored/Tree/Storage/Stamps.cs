using XenStored.Tree.Storage.Nodes;

namespace XenStored.Tree.Storage;

/// <summary>
/// Gives stamps to nodes. Stamps rise with each write, and no two nodes have the same stamp (<see cref="NodeBlock.Stamp"/>).
/// </summary>
/// <param name="last">The stamp of the node written last.</param>
sealed class Stamps(long last)
{
    /// <summary>The stamp that was given last.</summary>
    internal long Last { get; private set; } = last;

    internal long Next() => ++Last;
}
