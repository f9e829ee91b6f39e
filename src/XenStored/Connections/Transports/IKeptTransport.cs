namespace XenStored.Connections.Transports;

/// <summary>A transport with which another process can go on, because the store's file has what it did.</summary>
interface IKeptTransport : ITransport
{
    /// <summary>Its slot of the file's twin slots; null: it has none, and nobody can go on with it.</summary>
    int? Slot { get; }

    /// <summary>The tag of the slot's owner.</summary>
    uint Tag { get; }

    /// <summary>
    /// The name of its records. It has the owner's tag, because a slot may have another owner before the records of the one before are
    /// removed for good.
    /// </summary>
    long Key => KeyOf(Slot ?? 0, Tag);

    /// <summary>The name of the records of a slot's owner.</summary>
    static long KeyOf(int slot, uint tag) => (long)tag << 16 | (uint)slot;

    /// <summary>The tag of the owner whose records have this name.</summary>
    static uint TagOf(long key) => (uint)(key >> 16);

    /// <summary>The bytes that the other side was ever given, modulo 2^32.</summary>
    uint Sent { get; }

    /// <summary>Records how far it is served. That becomes true with the next publish.</summary>
    void RecordProgress();
}
