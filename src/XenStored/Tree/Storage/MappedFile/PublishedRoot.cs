using System.Runtime.InteropServices;

namespace XenStored.Tree.Storage.MappedFile;

/// <summary>The root that is published at the end of an iteration: one consistent store.</summary>
/// <param name="Number">The number of this publish. The valid half with the higher number counts.</param>
/// <param name="Epoch">The highest epoch in which a block may have been born.</param>
/// <param name="LastStamp">The stamp of the node written last.</param>
/// <param name="Node">The node "/".</param>
/// <param name="Records">The root of the records: what the daemon knows beside the tree.</param>
[StructLayout(LayoutKind.Sequential)]
readonly record struct PublishedRoot(long Number, long Epoch, long LastStamp, Ref Node, Ref Records);
