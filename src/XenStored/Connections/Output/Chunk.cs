namespace XenStored.Connections.Output;

/// <summary>A piece of a queue's memory.</summary>
sealed class Chunk
{
    internal const int Size = 16 * 1024;

    // Pinned, or each garbage collection would copy the bytes that wait for a client which does not read.
    internal readonly byte[] Bytes = GC.AllocateUninitializedArray<byte>(Size, pinned: true);
    internal int Start, End;
}
