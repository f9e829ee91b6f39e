using XenStored.Streams;
using XenStored.Streams.Contents;
using XenStored.Tree.Storage.Nodes;

namespace XenStored.Fuzz;

/// <summary>A stream of a live update, in any format: it is refused with a sentence, or what was read can be written and read.</summary>
static class StreamTarget
{
    internal static void Read(byte[] bytes)
    {
        List<(byte[] Path, byte[] Value, Permission[] Permissions)> nodes = [];
        StreamState state;
        try
        {
            NodeHandler keep = node => nodes.Add((node.Path.ToArray(), node.Value.ToArray(), node.Permissions.ToArray()));
            state = Preamble.Detect(bytes) == StreamFormat.OxenstoredDump
                ? DumpReader.Read(new MemoryStream(bytes), keep)
                : StateReader.Read(new MemoryStream(bytes), keep);
        }
        catch (InvalidDataException)
        {
            return;
        }
        if (state.Connections.Any(connection => connection.Ring is { LocalPort: null }))
            return; // an old dump's, which has to be bound first
        for (int version = 1; version <= Preamble.NewestVersion; version++)
            Check(state, nodes, version);
    }

    static void Check(StreamState state, List<(byte[] Path, byte[] Value, Permission[] Permissions)> nodes, int version)
    {
        using var stream = new MemoryStream();
        StateWriter.Write(stream, version, state, handler => nodes.ForEach(node => handler(new(node.Path, node.Value, node.Permissions))));
        stream.Position = 0;
        int at = 0;
        var again = StateReader.Read(stream, node =>
        {
            if (!node.Path.SequenceEqual(nodes[at].Path) || !node.Value.SequenceEqual(nodes[at++].Value))
                throw new InvalidOperationException("a node is another one");
        });
        if (at != nodes.Count || again.Connections.Sum(one => one.Watches.Count) != state.Connections.Sum(one => one.Watches.Count))
            throw new InvalidOperationException("something is lost");
    }
}
