namespace XenStored.Tree.Storage;

/// <summary>
/// Stamps of nodes, which rise with each write. A node's stamp (<see cref="NodeBlock.Generation"/>) is its alone until it is
/// written again.
/// </summary>
/// <param name="last">The stamp of the node written last.</param>
sealed class Stamps(long last)
{
    /// <summary>The stamp that was given last.</summary>
    internal long Last { get; private set; } = last;

    internal long Next() => ++Last;
}
