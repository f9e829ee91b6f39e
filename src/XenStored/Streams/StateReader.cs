using System.Buffers.Binary;
using System.Text;
using Xen.Protocol.Permissions;
using XenStored.Streams.Contents;
using XenStored.Tree.Storage.Nodes;

namespace XenStored.Streams;

/// <summary>
/// Reads a state that this store or C xenstored wrote as records, version 1 or 2. <see cref="RecordType"/> has the layouts. It trusts no
/// length and no number, and takes no more memory than a small multiple of the stream's length.
/// </summary>
sealed class StateReader
{
    readonly RecordSource source;
    readonly NodeHandler handler;
    readonly StreamState state;
    readonly Dictionary<uint, StreamConnection> connections = [];
    readonly HashSet<int> sockets = [];
    readonly HashSet<ushort> rings = [];
    readonly HashSet<ushort> domains = [];
    Permission[] permissions = new Permission[16];
    uint version;
    bool hasGlobal, hasQuotas;
    long transactions, pendingNodes;

    StateReader(Stream stream, NodeHandler handler, StreamState state)
    {
        source = new(stream);
        (this.handler, this.state) = (handler, state);
    }

    /// <summary>
    /// Reads a state up to and including the record that ends it. What was left out is in <see cref="StreamState.Remarks"/>.
    /// </summary>
    /// <param name="handler">
    /// Gets each node when it is read, also those of a stream that turns out to be damaged later. What it throws, this throws.
    /// </param>
    /// <param name="into">Gets what is read, also of a stream that turns out to be damaged. Null: a new one.</param>
    /// <exception cref="InvalidDataException">It is no such stream, a damaged one, or not all of it. A sentence says where.</exception>
    internal static StreamState Read(Stream stream, NodeHandler handler, StreamState? into = null)
    {
        var reader = new StateReader(stream, handler, into ?? new());
        reader.ReadAll();
        return reader.state;
    }

    void ReadAll()
    {
        var preamble = source.ReadPreamble();
        if (Preamble.FaultOf(preamble) is { } fault)
            throw new InvalidDataException(fault);
        version = Preamble.Version(preamble);
        do
        {
            source.Next();
            ReadRecord();
        }
        while (source.Type != RecordType.End);
        if (transactions > 0)
            state.Remark($"Transactions: {transactions}. They are left out, and end here.");
        if (pendingNodes > 0)
            state.Remark($"Nodes that belong to a transaction: {pendingNodes}. They are left out.");
    }

    void ReadRecord()
    {
        switch (source.Type)
        {
            case RecordType.End:
                if (!source.Body.IsEmpty)
                    throw source.Fault($"the last record has a body of {source.Body.Length} bytes");
                break;
            case RecordType.Global: ReadGlobal(); break;
            case RecordType.Connection: ReadConnection(); break;
            case RecordType.Watch or RecordType.WatchDepth: ReadWatch(); break;
            case RecordType.Transaction: transactions++; break;
            case RecordType.Node: ReadNode(); break;
            case RecordType.GlobalQuota: ReadGlobalQuotas(); break;
            case RecordType.Domain: ReadDomain(); break;
            default: state.Remark($"{source.Place}: the type is not known, and the record is left out."); break;
        }
    }

    void ReadGlobal()
    {
        if (hasGlobal)
            throw source.Fault("there are two of these");
        hasGlobal = true;
        var fields = new RecordFields(source);
        state.Listener = Descriptor(fields.NextInt32("listening socket"), "listening socket");
        state.EventChannels = Descriptor(fields.NextInt32("event channels' descriptor"), "event channels' descriptor");
    }

    int? Descriptor(int number, string what) => number switch
    {
        >= 0 => number,
        -1 => null,
        _ => throw source.Fault($"the {what} has the number {number}"),
    };

    void ReadConnection()
    {
        var fields = new RecordFields(source);
        uint id = fields.NextUInt32("number of the connection");
        ushort kind = fields.NextUInt16("kind"), flags = fields.NextUInt16("fields");
        if (id == 0)
            throw source.Fault("a connection has the number 0");
        if (kind > 1)
            throw source.Fault($"a connection is of the unknown kind {kind}");
        var ring = kind == 0 ? ReadRing(ref fields) : null;
        int? socket = kind == 1 ? ReadSocket(ref fields) : null;
        ushort input = fields.NextUInt16("length of the input"), unfinished = fields.NextUInt16("length of the unfinished output");
        uint output = fields.NextUInt32("length of the output");
        if (unfinished > output)
            throw source.Fault($"{unfinished} bytes of output are unfinished, and there are only {output}");
        byte[] received = fields.NextBytes(input, "input").ToArray(), waiting = fields.NextBytes(output, "output").ToArray();
        fields.Align();
        if ((flags & 1) != 0 && fields.NextUInt64("unique id") is var unique)
            ring = ring is null ? null : ring with { UniqueId = unique };
        var connection = new StreamConnection(id)
        {
            Ring = ring,
            Socket = socket,
            Input = received,
            Output = waiting,
            UnfinishedOutput = unfinished,
        };
        if (!connections.TryAdd(id, connection))
            throw source.Fault($"there are two connections with the number {id}");
        state.Connections.Add(connection);
    }

    StreamRing ReadRing(ref RecordFields fields)
    {
        ushort domid = fields.NextUInt16("domain"), target = fields.NextUInt16("target");
        uint port = fields.NextUInt32("port");
        return rings.Add(domid)
            ? new(domid, target == StateWriter.NoTarget ? null : target, port)
            : throw source.Fault($"there are two rings of domain {domid}");
    }

    int ReadSocket(ref RecordFields fields)
    {
        int socket = fields.NextInt32("socket");
        fields.NextUInt32("place after the socket");
        if (socket < 0)
            throw source.Fault($"the socket has the number {socket}");
        return sockets.Add(socket) ? socket : throw source.Fault($"two connections have the socket {socket}");
    }

    void ReadWatch()
    {
        var fields = new RecordFields(source);
        uint id = fields.NextUInt32("number of the connection");
        ushort path = fields.NextUInt16("length of the path"), token = fields.NextUInt16("length of the token");
        if (!connections.TryGetValue(id, out var connection))
            throw source.Fault($"no connection has the number {id}");
        if (source.Type == RecordType.WatchDepth)
        {
            connection.Watches.Add(DepthLayout.Read(source, path, token, out bool hasLostDepth));
            if (hasLostDepth)
                state.Remark($"{source.Place}: the writer left the depth out; the client gets events of deeper nodes, too.");
            return;
        }
        byte[] watched = fields.NextText(path, "path").ToArray();
        if (watched.Length == 0)
            throw source.Fault("the path is empty");
        connection.Watches.Add(new(watched, fields.NextText(token, "token").ToArray()));
    }

    void ReadNode()
    {
        var fields = new RecordFields(source);
        uint connection = fields.NextUInt32("number of the connection");
        fields.NextUInt32("transaction");
        ushort path = fields.NextUInt16("length of the path"), value = fields.NextUInt16("length of the value");
        fields.NextUInt16("access");
        ushort count = fields.NextUInt16("number of permissions");
        var entries = fields.NextBytes(4u * count, "permissions");
        var name = fields.NextText(path, "path");
        var content = fields.NextBytes(value, "value");
        if (name.IsEmpty || name[0] is not ((byte)'/' or (byte)'@'))
            throw source.Fault("the path is not absolute");
        if (connection != 0)
            pendingNodes++;
        else if (count == 0)
            throw source.Fault("the node has no owner");
        else
            handler(new(name, content, Permissions(entries)));
    }

    ReadOnlySpan<Permission> Permissions(ReadOnlySpan<byte> entries)
    {
        int count = entries.Length / 4;
        if (permissions.Length < count)
            permissions = new Permission[count];
        for (int index = 0; index < count; index++)
        {
            var entry = entries.Slice(4 * index, 4);
            if (!AccessLetter.TryParse(entry[0], out int access))
                throw source.Fault($"permission {index + 1} has the unknown letter 0x{entry[0]:x2}");
            permissions[index] = new((ushort)(entry[2] | entry[3] << 8), (Access)access, (entry[1] & 1) != 0);
        }
        return permissions.AsSpan(0, count);
    }

    void ReadGlobalQuotas()
    {
        if (hasQuotas)
            throw source.Fault("there are two of these");
        hasQuotas = true;
        var fields = new RecordFields(source);
        ushort ofDomains = fields.NextUInt16("number of domains' quotas"), ofStore = fields.NextUInt16("number of the store's quotas");
        var quotas = ReadQuotas(ref fields, ofDomains + ofStore);
        state.DomainQuotas.AddRange(quotas.Take(ofDomains));
        state.GlobalQuotas.AddRange(quotas.Skip(ofDomains));
    }

    void ReadDomain()
    {
        var fields = new RecordFields(source);
        ushort domid = fields.NextUInt16("domain"), count = fields.NextUInt16("number of quotas");
        uint features = fields.NextUInt32("features");
        if (!domains.Add(domid))
            throw source.Fault($"there are two of these for domain {domid}");
        state.Domains.Add(new(domid, version > 1 ? features : null, ReadQuotas(ref fields, count)));
    }

    List<StreamQuota> ReadQuotas(ref RecordFields fields, int count)
    {
        var values = fields.NextBytes(4u * (uint)count, "values of quotas");
        List<StreamQuota> quotas = [];
        for (int index = 0; index < count; index++)
        {
            var name = fields.NextText("name of a quota");
            if (name.IsEmpty || name.ContainsAnyExceptInRange((byte)'!', (byte)'~'))
                throw source.Fault($"the name of quota {index + 1} is not printable");
            quotas.Add(new(Encoding.ASCII.GetString(name), BinaryPrimitives.ReadUInt32LittleEndian(values[(4 * index)..])));
        }
        return quotas;
    }
}
