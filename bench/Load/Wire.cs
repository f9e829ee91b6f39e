using System.Buffers.Binary;
using System.Text;

namespace Load;

/// <summary>
/// Message numbers of the xenstore protocol, and how a request is laid out. It shares no code with the daemon that is measured, and it
/// allocates nothing.
/// </summary>
static class Wire
{
    public const int HeaderSize = 16, MaxPayload = 4096;
    public const uint Control = 0, Read = 2, Watch = 4, TransactionStart = 6, TransactionEnd = 7, Introduce = 8, Write = 11,
        MkDir = 12, Rm = 13, SetPerms = 14, WatchEvent = 15, Error = 16, DirectoryPart = 22;

    /// <summary>Lays a request out at the start of <paramref name="to"/> and returns its length.</summary>
    public static int Put(Span<byte> to, uint type, uint tx, ReadOnlySpan<byte> payload)
    {
        PutHeader(to, type, tx, payload.Length);
        payload.CopyTo(to[HeaderSize..]);
        return HeaderSize + payload.Length;
    }

    public static void PutHeader(Span<byte> to, uint type, uint tx, int length)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(to, type);
        BinaryPrimitives.WriteUInt32LittleEndian(to[4..], 0);
        BinaryPrimitives.WriteUInt32LittleEndian(to[8..], tx);
        BinaryPrimitives.WriteUInt32LittleEndian(to[12..], (uint)length);
    }

    /// <summary>A whole request, to be sent many times.</summary>
    public static byte[] Request(uint type, params ReadOnlySpan<string> parts)
    {
        byte[] payload = Payload(parts);
        byte[] request = new byte[HeaderSize + payload.Length];
        Put(request, type, 0, payload);
        return request;
    }

    /// <summary>Each part with its NUL.</summary>
    public static byte[] Payload(params ReadOnlySpan<string> parts) =>
        Encoding.UTF8.GetBytes(string.Join('\0', parts!) + '\0');

    /// <summary>A path with its NUL, then a value without one.</summary>
    public static byte[] PathAndValue(string path, string value) => Encoding.UTF8.GetBytes(path + '\0' + value);

    /// <summary>The whole WRITE request of a path and a value.</summary>
    public static byte[] WriteRequest(string path, string value)
    {
        byte[] payload = PathAndValue(path, value);
        byte[] request = new byte[HeaderSize + payload.Length];
        Put(request, Write, 0, payload);
        return request;
    }
}
