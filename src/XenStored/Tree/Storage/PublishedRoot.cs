using System.Runtime.InteropServices;

namespace XenStored.Tree.Storage;

/// <summary>What is published at the end of a turn: one consistent store.</summary>
/// <param name="Number">Number of this publish; the higher valid slot is the truth.</param>
/// <param name="Epoch">Highest epoch that any block may have been born in.</param>
/// <param name="LastStamp">Stamp of the node written last.</param>
/// <param name="Node">The node "/".</param>
[StructLayout(LayoutKind.Sequential)]
readonly record struct PublishedRoot(long Number, long Epoch, long LastStamp, Ref Node);
