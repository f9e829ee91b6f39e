namespace XenStored.Connections.Output;

/// <summary>A piece of a queue's memory.</summary>
sealed class Chunk
{
    internal const int Size = 16 * 1024;

    // Never moved: what a client that does not read leaves waiting would be copied by each collection else.
    internal readonly byte[] Bytes = GC.AllocateUninitializedArray<byte>(Size, pinned: true);
    internal int Start, End;
}
