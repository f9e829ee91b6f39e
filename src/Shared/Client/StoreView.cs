using System.Globalization;
using System.Text;
using Xen.Protocol.Wire;

namespace Xen.Client;

/// <summary>
/// The store's tree, as it is now or as a transaction sees it. A path that does not begin with / is below our own domain's node.
/// </summary>
public abstract class StoreView
{
    private protected StoreView(StoreConnection connection, uint transaction) => (Connection, Transaction) = (connection, transaction);

    private protected StoreConnection Connection { get; }
    private protected uint Transaction { get; }

    /// <summary>A node's value; null if there is no such node.</summary>
    /// <exception cref="StoreException">The store refuses.</exception>
    /// <exception cref="IOException">The store ended the connection. Every request may throw this.</exception>
    public Task<byte[]?> ReadAsync(string path) => FindAsync(MessageType.Read, "read " + path, Words(path));

    /// <summary>The values of several nodes, each null if there is no such node. They are asked for at once.</summary>
    /// <exception cref="StoreException">The store refuses one of them.</exception>
    public async Task<byte[]?[]> ReadAllAsync(params string[] paths)
    {
        if (paths.Length == 0)
            return [];
        byte[][] requests = Array.ConvertAll(paths, path => Words(path));
        if (Array.Exists(requests, request => request.Length > Connection.MostOfPayload))
            throw new StoreException("read several nodes", XsError.E2BIG); // the store would end the connection
        var replies = await Connection.AskAllAsync(MessageType.Read, Transaction, requests).ConfigureAwait(false);
        return [.. paths.Zip(replies, (path, reply) => AnswerOf("read " + path, reply.Header, reply.Payload))];
    }

    /// <summary>A node's value as text; null if there is no such node.</summary>
    /// <exception cref="StoreException">The store refuses.</exception>
    public async Task<string?> ReadTextAsync(string path) =>
        await ReadAsync(path).ConfigureAwait(false) is { } value ? Encoding.UTF8.GetString(value) : null;

    /// <summary>Gives a node a value. If the node or nodes above it are missing, the store makes them.</summary>
    /// <exception cref="StoreException">The store refuses.</exception>
    public Task WriteAsync(string path, ReadOnlyMemory<byte> value) =>
        AskAsync(MessageType.Write, "write " + path, [.. Words(path), .. value.Span]);

    /// <summary>Gives a node a text as its value.</summary>
    /// <exception cref="StoreException">The store refuses.</exception>
    public Task WriteAsync(string path, string value) => WriteAsync(path, Encoding.UTF8.GetBytes(value));

    /// <summary>Makes a node with an empty value, and missing nodes above it. If the node exists, nothing happens.</summary>
    /// <exception cref="StoreException">The store refuses.</exception>
    public Task MakeAsync(string path) => AskAsync(MessageType.Mkdir, "make " + path, Words(path));

    /// <summary>Removes a node and all below it. False: its parent does not exist either.</summary>
    /// <exception cref="StoreException">The store refuses.</exception>
    public async Task<bool> RemoveAsync(string path) =>
        await FindAsync(MessageType.Rm, "remove " + path, Words(path)).ConfigureAwait(false) is not null;

    /// <summary>The names of a node's children, in the store's order; null if there is no such node.</summary>
    /// <exception cref="StoreException">The store refuses, or the children change faster than they can be read.</exception>
    public async Task<IReadOnlyList<string>?> ListAsync(string path)
    {
        var (header, payload) = await Connection.AskAsync(MessageType.Directory, Transaction, Words(path)).ConfigureAwait(false);
        var error = header.Type == MessageType.Error ? XsErrors.Parse(payload) : XsError.None;
        if (error == XsError.E2BIG)
            payload = await ListPartsAsync(path).ConfigureAwait(false) ?? [];
        else if (error == XsError.ENOENT)
            return null;
        else if (error != XsError.None)
            throw new StoreException("list " + path, error);
        return [.. Strings(payload)];
    }

    /// <summary>A node's permissions; null if there is no such node.</summary>
    /// <exception cref="StoreException">The store refuses.</exception>
    public async Task<IReadOnlyList<StorePermission>?> GetPermissionsAsync(string path) =>
        await FindAsync(MessageType.GetPerms, "read the permissions of " + path, Words(path)).ConfigureAwait(false) is { } payload
            ? [.. Strings(payload).Select(text => StorePermission.Parse(Encoding.UTF8.GetBytes(text)))]
            : null;

    /// <summary>Sets a node's permissions. The first names the owner.</summary>
    /// <exception cref="StoreException">The store refuses.</exception>
    public Task SetPermissionsAsync(string path, params IReadOnlyList<StorePermission> permissions)
    {
        byte[] payload = Words([path, .. permissions.Select(permission => permission.ToString())]);
        return AskAsync(MessageType.SetPerms, "set the permissions of " + path, payload);
    }

    private protected async Task<byte[]> AskAsync(MessageType type, string request, byte[] payload) =>
        await FindAsync(type, request, payload).ConfigureAwait(false) ?? throw new StoreException(request, XsError.ENOENT);

    private protected static byte[] Words(params ReadOnlySpan<string> words)
    {
        int length = words.Length; // a NUL behind each
        foreach (string word in words)
            length += Encoding.UTF8.GetByteCount(word);
        byte[] bytes = new byte[length];
        int at = 0;
        foreach (string word in words)
            at += Encoding.UTF8.GetBytes(word, bytes.AsSpan(at)) + 1;
        return bytes;
    }

    private protected static IEnumerable<string> Strings(byte[] payload)
    {
        string text = Encoding.UTF8.GetString(payload);
        return text.Length == 0 ? [] : text[..^(text[^1] == '\0' ? 1 : 0)].Split('\0');
    }

    // The answer; null if there is no such node. To read nodes that may be missing is usual, so that is no exception.
    async Task<byte[]?> FindAsync(MessageType type, string request, byte[] payload)
    {
        if (payload.Length > Connection.MostOfPayload)
            throw new StoreException(request, XsError.E2BIG); // the store would end the connection
        var (header, answer) = await Connection.AskAsync(type, Transaction, payload).ConfigureAwait(false);
        return AnswerOf(request, header, answer);
    }

    static byte[]? AnswerOf(string request, in MessageHeader header, byte[] answer)
    {
        var error = header.Type == MessageType.Error ? XsErrors.Parse(answer) : XsError.None;
        return error == XsError.None ? answer : error == XsError.ENOENT ? null : throw new StoreException(request, error);
    }

    // A part is the node's stamp, a NUL, and names; an empty name ends the list. If the stamp changes, the list begins again.
    async Task<byte[]?> ListPartsAsync(string path)
    {
        const int MostTries = 100;
        for (int tries = 0; tries < MostTries; tries++)
        {
            var names = new List<byte>();
            for (string? stamp = null; ;)
            {
                byte[] request = Words(path, names.Count.ToString(CultureInfo.InvariantCulture));
                byte[]? part = await FindAsync(MessageType.DirectoryPart, "list " + path, request).ConfigureAwait(false);
                if (part is null)
                    return null;
                int end = Array.IndexOf(part, (byte)0);
                string present = Encoding.ASCII.GetString(part, 0, Math.Max(end, 0));
                if (stamp is not null && stamp != present)
                    break;
                stamp = present;
                var rest = part.AsSpan(end + 1);
                bool isLast = rest is [0] || rest.EndsWith("\0\0"u8);
                names.AddRange(isLast ? rest[..^1] : rest);
                if (isLast)
                    return [.. names];
                if (rest.IsEmpty)
                    throw new StoreException("list " + path, XsError.E2BIG); // else a store that sends empty parts is asked for ever
            }
        }
        throw new StoreException("list " + path, XsError.EAGAIN);
    }
}
