namespace XenStored.Connections.Output;

/// <summary>Chunks that are not in use. Idle connections hold none.</summary>
sealed class ChunkPool
{
    const int MostKept = 64;

    readonly Stack<Chunk> free = new();

    internal Chunk Rent() => free.TryPop(out var chunk) ? chunk : new();

    internal void Return(Chunk chunk)
    {
        (chunk.Start, chunk.End) = (0, 0);
        if (free.Count < MostKept)
            free.Push(chunk);
    }
}
