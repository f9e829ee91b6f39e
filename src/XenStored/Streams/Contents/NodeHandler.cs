namespace XenStored.Streams.Contents;

/// <summary>
/// Takes the nodes of a stream one after the other: <c>/</c> first, each node after its parent, the special nodes after all others.
/// </summary>
delegate void NodeHandler(StreamNode node);
