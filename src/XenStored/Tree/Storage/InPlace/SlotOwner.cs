using System.Runtime.InteropServices;

namespace XenStored.Tree.Storage.InPlace;

/// <summary>Who has a slot.</summary>
/// <param name="Socket">The kernel's number of a client's socket, which no other socket of this boot has. 0: it is a guest's ring.</param>
/// <param name="Session">The number of its session.</param>
[StructLayout(LayoutKind.Sequential)]
readonly record struct SlotOwner(ulong Socket, long Session)
{
    /// <summary>
    /// The last bits of the session's number. What is recorded under a slot has it, so that nobody takes it for what the next owner has
    /// recorded.
    /// </summary>
    internal uint Tag => (uint)Session;
}
