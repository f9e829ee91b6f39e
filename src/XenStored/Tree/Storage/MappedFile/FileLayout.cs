namespace XenStored.Tree.Storage.MappedFile;

/// <summary>
/// Where everything is in the file. Offsets and sizes are in bytes. The first 28 slabs have areas of fixed size, and all others have
/// blocks. A change of any of these numbers needs another <see cref="Superblock.Format"/>.
/// </summary>
static class FileLayout
{
    /// <summary>The unit in which the file is divided.</summary>
    internal const int SlabSize = 16 * 1024;

    /// <summary>The head of the superblock. Behind it are its two halves.</summary>
    internal const int HeadSize = 64, Halves = HeadSize, HalfSize = 64;

    /// <summary>Numbers of each connection that change with almost every iteration.</summary>
    internal const int Slots = 256, SlotsEnd = 12 * SlabSize;

    /// <summary>System calls that move bytes of clients on the socket.</summary>
    internal const int Calls = SlotsEnd, CallsSize = 64 * 1024;

    /// <summary>What these calls receive.</summary>
    internal const int Received = Calls + CallsSize, ReceivedSize = 64 * 1024;

    /// <summary>What clients on the socket get: two areas, for publishes with even and with odd numbers.</summary>
    internal const int Outgoing = Received + ReceivedSize, OutgoingSize = 64 * 1024;

    /// <summary>The first slab with blocks.</summary>
    internal const int FirstSlab = (Outgoing + 2 * OutgoingSize) / SlabSize;
}
