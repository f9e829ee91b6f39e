using System.Text;
using XenStored.Streams;
using XenStored.Streams.Contents;
using XenStored.Tree.Storage.Nodes;

namespace XenStored.Tests.Streams;

/// <summary>A whole state with its nodes, to compare and to print.</summary>
sealed record Kept(StreamState State, List<Kept.Node> Nodes)
{
    internal sealed record Node(byte[] Path, byte[] Value, Permission[] Permissions);

    internal static Kept Read(byte[] stream) => Read(new MemoryStream(stream), (read, handler) => StateReader.Read(read, handler));

    internal static Kept ReadDump(string dump) =>
        Read(new MemoryStream(Encoding.Latin1.GetBytes(dump)), (read, handler) => DumpReader.Read(read, handler));

    internal static Kept Read(Stream stream, Func<Stream, NodeHandler, StreamState> reader)
    {
        List<Node> nodes = [];
        return new(reader(stream, node => nodes.Add(new(node.Path.ToArray(), node.Value.ToArray(), node.Permissions.ToArray()))), nodes);
    }

    internal byte[] Write(int version, out StreamLosses losses)
    {
        using var stream = new MemoryStream();
        losses = StateWriter.Write(stream, version, State,
            handler => Nodes.ForEach(node => handler(new(node.Path, node.Value, node.Permissions))));
        return stream.ToArray();
    }

    internal byte[] Write(int version) => Write(version, out _);

    /// <summary>All of it, a line for each thing.</summary>
    public override string ToString()
    {
        var text = new StringBuilder($"listener {State.Listener} channels {State.EventChannels} event {State.DomainEventPort}\n");
        text.Append($"quotas {string.Join(' ', State.DomainQuotas)} / {string.Join(' ', State.GlobalQuotas)}\n");
        foreach (var one in State.Connections)
        {
            text.Append($"connection {one.Id} {(one.Ring is { } ring ? Text(ring) : $"socket {one.Socket}")}");
            text.Append($" in {Hex(one.Input)} out {Hex(one.Output)} unfinished {one.UnfinishedOutput}\n");
            foreach (var watch in one.Watches)
                text.Append($"  watch {Text(watch.Path)} {Text(watch.Token)} {watch.Depth}\n");
        }
        foreach (var node in Nodes)
            text.Append($"node {Text(node.Path)} {Hex(node.Value)} {string.Join(',', node.Permissions.Select(Entry))}\n");
        foreach (var domain in State.Domains)
            text.Append($"domain {domain.Domid} features {domain.Features} {string.Join(' ', domain.Quotas)}\n");
        return text.ToString();
    }

    static string Text(StreamRing ring) => $"domain {ring.Domid} target {ring.Target} ports {ring.LocalPort} {ring.RemotePort}"
        + $" frame {ring.Frame} id {ring.UniqueId}";

    static string Hex(byte[] bytes) => Convert.ToHexString(bytes);

    static string Text(byte[] bytes) => Encoding.Latin1.GetString(bytes);

    static string Entry(Permission permission) => $"{permission.Access}{permission.Domid}{(permission.IsStale ? "stale" : "")}";
}
