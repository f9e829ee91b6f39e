namespace XenStored.Tree.Storage.MappedFile;

/// <summary>What a block contains. <see cref="Refs"/> knows which other blocks each kind refers to.</summary>
enum BlockKind
{
    Free = 0,
    Node = 1,
    Value = 2,
    Order = 3,
    Names = 4,
    Bucket = 5,
}
