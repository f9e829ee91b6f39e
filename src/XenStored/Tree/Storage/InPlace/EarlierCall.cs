namespace XenStored.Tree.Storage.InPlace;

/// <summary>One call of <see cref="SocketCalls"/>.</summary>
/// <param name="Slot">The client's slot.</param>
/// <param name="Tag">The tag of the slot's owner.</param>
/// <param name="Receives">Whether it receives; else it sends.</param>
/// <param name="Call">The memory of the call, which says how many bytes it has moved.</param>
/// <param name="Data">The bytes that it received, and what else was there.</param>
readonly record struct EarlierCall(int Slot, uint Tag, bool Receives, byte[] Call, byte[] Data);
