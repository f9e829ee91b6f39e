namespace XenStored.Streams.Contents;

/// <summary>What is known of a guest's ring and of its event channel.</summary>
/// <param name="Domid">The guest.</param>
/// <param name="Target">The domain on whose behalf the guest acts (SET_TARGET); null if there is none.</param>
/// <param name="LocalPort">The store's port of the event channel. It stays bound over an exec. Null: one has to be bound.</param>
sealed record StreamRing(ushort Domid, ushort? Target, uint? LocalPort)
{
    /// <summary>The guest's port of the event channel. Only oxenstored's dump has it.</summary>
    internal uint? RemotePort { get; init; }

    /// <summary>The frame of the guest's page. Only oxenstored's dump has it; others map the page by its grant.</summary>
    internal ulong? Frame { get; init; }

    /// <summary>A number that the hypervisor gives no other domain of this boot of the host (Xen 4.21 and later).</summary>
    internal ulong? UniqueId { get; init; }
}
