namespace XenStored.Streams.Contents;

/// <summary>
/// Takes the nodes of a stream one after the other: <c>/</c> before all others of the tree, and each node after its parent. Special nodes
/// may be anywhere: C xenstored 4.17 has them before the tree, oxenstored after it.
/// </summary>
delegate void NodeHandler(StreamNode node);
