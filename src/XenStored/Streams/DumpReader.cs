using System.Buffers;
using System.Buffers.Text;
using System.Runtime.InteropServices;
using XenStored.Streams.Contents;
using XenStored.Tree.Storage.Nodes;

namespace XenStored.Streams;

/// <summary>
/// Reads oxenstored's dump: lines of fields with commas between, where paths, tokens, permissions and values are hexadecimal
/// (tools/ocaml/xenstored, and xapi's oxenstored). After the first line, which names the format, there are
/// <list type="bullet">
/// <item><c>global,LISTENER</c>, where older ones have more fields that mean nothing;</item>
/// <item><c>evtchn-dev,DESCRIPTOR,PORT</c> with the port of VIRQ_DOM_EXC;</item>
/// <item><c>socket,DESCRIPTOR</c> and <c>dom,DOMID,FRAME,REMOTE PORT,LOCAL PORT</c>, older ones without the local port;</item>
/// <item><c>watch,DOMID or -DESCRIPTOR,PATH,TOKEN</c> after its connection, xapi's with a depth as last field;</item>
/// <item><c>store,PATH,PERMISSIONS,VALUE</c>, where a NUL is between two permissions.</item>
/// </list>
/// As oxenstored does, it leaves out a line that it does not understand; a remark names each by its number. The dump has no end of its
/// own, so a truncated one can only be noticed within a line. Targets, quotas and waiting bytes are not in it. oxenstored has the special
/// nodes in its tree, as <c>/@introduceDomain</c> and <c>/@releaseDomain</c>; here they get their usual names.
/// </summary>
sealed class DumpReader
{
    /// <summary>Bytes of the longest line: a path and a value of the longest that records have, in hexadecimal.</summary>
    internal const int LongestLine = 512 * 1024;

    // A record has 16 bits for the length of a text and its NUL.
    const int LongestText = ushort.MaxValue - 1;

    readonly NodeHandler handler;
    readonly StreamState state;
    readonly Dictionary<int, StreamConnection> connections = []; // a domain's by its number, a client's by the negative of its descriptor
    readonly Range[] ranges = new Range[8];
    readonly List<Permission> permissions = [];
    long number;

    DumpReader(NodeHandler handler, StreamState state) => (this.handler, this.state) = (handler, state);

    /// <summary>Reads a dump to its end. Lines that were left out are in <see cref="StreamState.Remarks"/>.</summary>
    /// <param name="handler">Gets each node when it is read. What it throws, this throws.</param>
    /// <param name="into">Gets what is read, also of a stream that turns out to be damaged. Null: a new one.</param>
    /// <exception cref="InvalidDataException">It is no dump of oxenstored.</exception>
    internal static StreamState Read(Stream stream, NodeHandler handler, StreamState? into = null)
    {
        var reader = new DumpReader(handler, into ?? new());
        reader.ReadLines(stream);
        return reader.state;
    }

    void ReadLines(Stream stream)
    {
        byte[] buffer = new byte[LongestLine];
        int have = 0;
        bool isTooLong = false;
        while (stream.Read(buffer, have, buffer.Length - have) is > 0 and var count)
        {
            have += count;
            int begin = 0;
            for (int end; (end = buffer.AsSpan(begin, have - begin).IndexOf((byte)'\n')) >= 0; begin += end + 1)
            {
                ReadLine(buffer.AsSpan(begin, end), isTooLong ? "is too long" : null);
                isTooLong = false;
            }
            have -= begin;
            buffer.AsSpan(begin, have).CopyTo(buffer);
            if (have == buffer.Length)
                (have, isTooLong) = (0, true);
        }
        if (have > 0 || isTooLong || number == 0)
            ReadLine(buffer.AsSpan(0, have), "does not end");
    }

    void ReadLine(ReadOnlySpan<byte> line, string? fault)
    {
        number++;
        if (number == 1)
        {
            if (fault is null ? !line.SequenceEqual(Preamble.DumpHeader) : !line.StartsWith(Preamble.DumpHeader))
                throw new InvalidDataException("Line 1: The text does not begin as a dump of oxenstored.");
            return;
        }
        if ((fault ?? FaultOf(line)) is { } wrong)
            state.Remark($"Line {number} {wrong}, and is left out.");
    }

    // Reads a line, or says what is wrong with it.
    string? FaultOf(ReadOnlySpan<byte> line)
    {
        int count = 0;
        foreach (var range in line.Split((byte)','))
            if (count == ranges.Length)
                return "has too many fields";
            else
                ranges[count++] = range;
        var kind = line[ranges[0]];
        if (kind.SequenceEqual("store"u8))
            return count == 4 ? ReadNode(line) : "has not the fields of a node";
        if (kind.SequenceEqual("watch"u8))
            return count is 4 or 5 ? ReadWatch(line, count) : "has not the fields of a watch";
        if (kind.SequenceEqual("dom"u8))
            return count is 4 or 5 ? ReadDomain(line, count) : "has not the fields of a domain";
        if (kind.SequenceEqual("socket"u8))
            return count == 2 ? ReadSocket(line) : "has not the fields of a socket";
        if (kind.SequenceEqual("evtchn-dev"u8))
            return count is 2 or 3 ? ReadEventChannels(line, count) : "has not the fields of the event channels";
        if (kind.SequenceEqual("global"u8))
            return count >= 2 ? ReadGlobal(line) : "has not the fields of the listening socket";
        return "is of an unknown kind";
    }

    string? ReadGlobal(ReadOnlySpan<byte> line)
    {
        if (!IsNumber(line[ranges[1]], -1, int.MaxValue, out long listener))
            return "has a wrong descriptor";
        state.Listener = listener < 0 ? null : (int)listener;
        return null;
    }

    string? ReadEventChannels(ReadOnlySpan<byte> line, int count)
    {
        long port = -1;
        if (!IsNumber(line[ranges[1]], -1, int.MaxValue, out long descriptor))
            return "has a wrong descriptor";
        if (count > 2 && !IsNumber(line[ranges[2]], -1, uint.MaxValue, out port))
            return "has a wrong port";
        state.EventChannels = descriptor < 0 ? null : (int)descriptor;
        state.DomainEventPort = port < 0 ? null : (uint)port;
        return null;
    }

    string? ReadSocket(ReadOnlySpan<byte> line)
    {
        if (!IsNumber(line[ranges[1]], 1, int.MaxValue, out long descriptor))
            return "has a wrong descriptor";
        return Add((int)-descriptor, new(NextId) { Socket = (int)descriptor });
    }

    string? ReadDomain(ReadOnlySpan<byte> line, int count)
    {
        long local = -1;
        if (!IsNumber(line[ranges[1]], 0, ushort.MaxValue, out long domid))
            return "has a wrong number of a domain";
        if (!IsNumber(line[ranges[2]], 0, long.MaxValue, out long frame))
            return "has a wrong frame";
        if (!IsNumber(line[ranges[3]], -1, uint.MaxValue, out long remote))
            return "has a wrong port";
        if (count > 4 && !IsNumber(line[ranges[4]], -1, uint.MaxValue, out local))
            return "has a wrong port";
        StreamRing ring = new((ushort)domid, null, Port(local)) { RemotePort = Port(remote), Frame = (ulong)frame };
        return Add((int)domid, new(NextId) { Ring = ring });
    }

    string? ReadWatch(ReadOnlySpan<byte> line, int count)
    {
        long depth = -1;
        if (!IsNumber(line[ranges[1]], int.MinValue, ushort.MaxValue, out long id) || !connections.TryGetValue((int)id, out var connection))
            return "is of a connection that no line before it names";
        if (Decoded(line[ranges[2]]) is not { Length: > 0 } path || path.Contains((byte)0))
            return "has a wrong path";
        if (Decoded(line[ranges[3]]) is not { } token || token.Contains((byte)0))
            return "has a wrong token";
        if (count > 4 && !line[ranges[4]].IsEmpty && !IsNumber(line[ranges[4]], -1, DepthLayout.NoDepth, out depth))
            return "has a wrong depth";
        connection.Watches.Add(new(path, token, depth is < 0 or DepthLayout.NoDepth ? null : (int)depth));
        return null;
    }

    string? ReadNode(ReadOnlySpan<byte> line)
    {
        if (Decoded(line[ranges[1]]) is not { Length: > 0 } path || path[0] != '/' || path.Contains((byte)0))
            return "has a wrong path";
        if (Decoded(line[ranges[2]]) is not { } text || !ArePermissions(text))
            return "has wrong permissions";
        if (Decoded(line[ranges[3]]) is not { } value)
            return "has a wrong value";
        bool isSpecial = path.AsSpan().SequenceEqual("/@introduceDomain"u8) || path.AsSpan().SequenceEqual("/@releaseDomain"u8);
        handler(new(path.AsSpan(isSpecial ? 1 : 0), value, CollectionsMarshal.AsSpan(permissions)));
        return null;
    }

    bool ArePermissions(ReadOnlySpan<byte> text)
    {
        permissions.Clear();
        foreach (var range in text.Split((byte)0))
            if (Permission.TryParse(text[range], out var permission))
                permissions.Add(permission);
            else
                return false;
        return true;
    }

    uint NextId => (uint)state.Connections.Count + 1;

    string? Add(int name, StreamConnection connection)
    {
        if (!connections.TryAdd(name, connection))
            return "names a connection that a line before it names";
        state.Connections.Add(connection);
        return null;
    }

    static uint? Port(long number) => number < 0 ? null : (uint)number;

    static byte[]? Decoded(ReadOnlySpan<byte> text)
    {
        if (text.Length / 2 > LongestText)
            return null;
        byte[] bytes = new byte[text.Length / 2];
        var status = Convert.FromHexString(text, bytes, out int consumed, out _);
        return status == OperationStatus.Done && consumed == text.Length ? bytes : null;
    }

    static bool IsNumber(ReadOnlySpan<byte> text, long least, long most, out long number) =>
        Utf8Parser.TryParse(text, out number, out int consumed) && consumed == text.Length && number >= least && number <= most;
}
