using System.Text;
using Xen.Protocol.Permissions;
using XenStored.Streams.Contents;

namespace XenStored.Streams;

/// <summary>
/// Writes a whole state as records, in the order in which C xenstored writes them. <see cref="RecordType"/> has the layouts. Each record is
/// written by a call of its own: give it a stream with a buffer.
/// </summary>
sealed class StateWriter
{
    /// <summary>The target of a domain without one: Xen's DOMID_INVALID.</summary>
    internal const ushort NoTarget = 0x7ff4;

    readonly Stream stream;
    readonly int version;
    readonly RecordBuffer record;
    readonly HashSet<ushort> owners = [0];
    long depths, features, strangers;

    StateWriter(Stream stream, int version)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(version, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(version, Preamble.NewestVersion);
        (this.stream, this.version, record) = (stream, version, new(stream));
    }

    /// <summary>Writes a state.</summary>
    /// <param name="version">1 for C xenstored 4.17 to 4.20, which accepts no other; 1 or 2 for later ones.</param>
    /// <param name="nodes">Gives all nodes to the handler, in the order that <see cref="NodeHandler"/> says.</param>
    /// <returns>What the next process does not learn, or fails on.</returns>
    /// <exception cref="ArgumentException">Something is longer than a record can say. The store's own limits are far below.</exception>
    internal static StreamLosses Write(Stream stream, int version, StreamState state, Action<NodeHandler> nodes)
    {
        var writer = new StateWriter(stream, version);
        writer.WriteAll(state, nodes);
        return new(writer.depths, writer.features, writer.strangers);
    }

    void WriteAll(StreamState state, Action<NodeHandler> nodes)
    {
        Span<byte> preamble = stackalloc byte[Preamble.Size];
        Preamble.Write(preamble, version);
        stream.Write(preamble);

        record.Begin(RecordType.Global);
        record.Add(state.Listener ?? -1);
        record.Add(state.EventChannels ?? -1);
        record.End();
        if (state.DomainQuotas.Count + state.GlobalQuotas.Count > 0)
            WriteQuotas(state);
        foreach (var connection in state.Connections)
        {
            WriteConnection(connection);
            foreach (var watch in connection.Watches)
                WriteWatch(connection.Id, watch);
        }
        nodes(WriteNode);
        foreach (var domain in state.Domains)
            WriteDomain(domain);
        record.Begin(RecordType.End);
        record.End();
    }

    void WriteQuotas(StreamState state)
    {
        record.Begin(RecordType.GlobalQuota);
        record.AddLength(state.DomainQuotas.Count, "list of domains' quotas");
        record.AddLength(state.GlobalQuotas.Count, "list of the store's quotas");
        AddQuotas([.. state.DomainQuotas, .. state.GlobalQuotas]);
        record.End();
    }

    void WriteConnection(StreamConnection connection)
    {
        record.Begin(RecordType.Connection);
        record.Add(connection.Id);
        record.Add((ushort)(connection.Ring is null ? 1 : 0));
        record.Add((ushort)(connection.Ring?.UniqueId is null ? 0 : 1));
        if (connection.Ring is { } ring)
        {
            owners.Add(ring.Domid);
            record.Add(ring.Domid);
            record.Add(ring.Target ?? NoTarget);
            record.Add(ring.LocalPort ?? throw new ArgumentException($"The ring of domain {ring.Domid} has no local port."));
        }
        else
        {
            record.Add(connection.Socket ?? throw new ArgumentException($"Connection {connection.Id} is neither ring nor socket."));
            record.Add(0u);
        }
        record.AddLength(connection.Input.Length, "input of a connection");
        record.AddLength(connection.UnfinishedOutput, "unfinished output of a connection");
        record.Add(connection.Output.Length);
        record.Add(connection.Input);
        record.Add(connection.Output);
        if (connection.Ring?.UniqueId is { } unique)
        {
            record.Align();
            record.Add(unique);
        }
        record.End();
    }

    void WriteWatch(uint connection, StreamWatch watch)
    {
        bool hasDepth = watch.Depth is not null && version > 1;
        if (watch.Depth is not null && version == 1)
            depths++;
        // A depth only where there is one: C xenstored 4.22 writes these records so that it cannot read them, but reads what we write.
        record.Begin(hasDepth ? RecordType.WatchDepth : RecordType.Watch);
        record.Add(connection);
        record.AddLength(watch.Path.Length + 1, "path of a watch");
        record.AddLength(watch.Token.Length + 1, "token of a watch");
        if (hasDepth)
            record.Add((ushort)Math.Clamp(watch.Depth ?? 0, 0, DepthLayout.NoDepth - 1));
        record.AddText(watch.Path);
        record.AddText(watch.Token);
        record.End();
    }

    void WriteNode(StreamNode node)
    {
        record.Begin(RecordType.Node);
        record.Add(0u); // in no transaction
        record.Add(0u);
        record.AddLength(node.Path.Length + 1, "path of a node");
        record.AddLength(node.Value.Length, "value of a node");
        record.Add((ushort)0);
        if (!owners.Contains(node.Permissions[0].Domid))
            strangers++;
        record.AddLength(node.Permissions.Length, "list of permissions");
        foreach (var permission in node.Permissions)
        {
            record.Add(AccessLetter.Of((int)permission.Access));
            record.Add((byte)(permission.IsStale ? 1 : 0));
            record.Add(permission.Domid);
        }
        record.AddText(node.Path);
        record.Add(node.Value);
        record.End();
    }

    void WriteDomain(StreamDomain domain)
    {
        uint said = version > 1 ? domain.Features ?? 0 : 0;
        if (version == 1 && domain.Features is not (null or 0))
            features++;
        if (said == 0 && domain.Quotas.Count == 0)
            return;
        record.Begin(RecordType.Domain);
        record.Add(domain.Domid);
        record.AddLength(domain.Quotas.Count, "list of a domain's quotas");
        record.Add(said);
        AddQuotas(domain.Quotas);
        record.End();
    }

    void AddQuotas(IReadOnlyList<StreamQuota> quotas)
    {
        foreach (var quota in quotas)
            record.Add(quota.Value);
        foreach (var quota in quotas)
            record.AddText(Encoding.ASCII.GetBytes(quota.Name));
    }
}
