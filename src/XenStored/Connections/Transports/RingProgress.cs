using XenStored.Tree.Storage.InPlace;

namespace XenStored.Connections.Transports;

/// <summary>
/// The record of a guest's ring in the store's file, which the next process reads. What is written becomes true with the next publish.
/// </summary>
/// <param name="slots">Where the record is.</param>
/// <param name="slot">Its slot there; null: there was none left, and another process begins where the page says.</param>
sealed class RingProgress(TwinSlots slots, int? slot)
{
    RingRecord written;

    /// <summary>The record's slot; null: it has none.</summary>
    internal int? Slot => slot;

    /// <summary>The tag of the slot's owner; 0 without a slot.</summary>
    internal uint Tag { get; } = slot is { } taken ? slots.Owner(taken).Tag : 0;

    /// <summary>
    /// What an earlier process recorded last; null without a slot. If that process had emptied the ring and had told the page so, the ring
    /// is open again.
    /// </summary>
    /// <param name="wantsReconnection">
    /// The page still asks for a new connection. A page that does not ask any more was told everything: the answer comes last.
    /// </param>
    internal RingRecord? Read(bool wantsReconnection)
    {
        if (slot is not { } own)
            return null;
        var record = RingRecord.Of(slots.Read(own));
        bool isTold = slots.IsMarked(own) || record.Phase == RingPhase.Reconnecting && !wantsReconnection;
        return isTold ? record with { Phase = RingPhase.Open } : record;
    }

    /// <summary>What was recorded before that; null if it is not there any more.</summary>
    internal RingRecord? ReadBefore() =>
        slot is { } own && slots.ReadBefore(own) is { } before ? RingRecord.Of(before) : null;

    /// <summary>Writes the record.</summary>
    internal void Write(RingRecord record)
    {
        if (slot is { } own)
            slots.Write(own, record.Numbers);
        written = record;
    }

    /// <summary>Writes the record if it has changed.</summary>
    internal void WriteChanges(RingRecord record)
    {
        if (record != written)
            Write(record);
    }

    /// <summary>The page was told of the phase that is recorded. This is true at once.</summary>
    internal void IsTold()
    {
        if (slot is { } own)
            slots.Mark(own);
    }

    /// <summary>The ring is gone.</summary>
    internal void Free()
    {
        if (slot is { } own)
            slots.Free(own);
    }
}
