using System.Buffers.Binary;
using System.Text;

namespace Load;

/// <summary>Message numbers of the xenstore protocol, and how a request is laid out. Of its own: not what is measured, and without an allocation.</summary>
static class Wire
{
    public const int HeaderSize = 16, MaxPayload = 4096;
    public const uint Read = 2, Watch = 4, TransactionStart = 6, TransactionEnd = 7, Introduce = 8, Write = 11,
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
        var payload = Payload(parts);
        var request = new byte[HeaderSize + payload.Length];
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
        var payload = PathAndValue(path, value);
        var request = new byte[HeaderSize + payload.Length];
        Put(request, Write, 0, payload);
        return request;
    }
}

/// <summary>A reply or event; its payload is valid until more is read from the same connection.</summary>
readonly ref struct Reply(uint type, ReadOnlySpan<byte> payload)
{
    public readonly uint Type = type;
    public readonly ReadOnlySpan<byte> Payload = payload;

    public bool IsError => Type == Wire.Error;
    public string Text => Encoding.UTF8.GetString(Payload.TrimEnd((byte)0));

    public static Reply Parse(ReadOnlySpan<byte> whole) =>
        new(BinaryPrimitives.ReadUInt32LittleEndian(whole), whole[Wire.HeaderSize..]);

    /// <summary>The length of the message which starts here, or 0 while its header is not complete.</summary>
    public static int LengthOf(ReadOnlySpan<byte> start)
    {
        if (start.Length < Wire.HeaderSize)
            return 0;
        var length = BinaryPrimitives.ReadUInt32LittleEndian(start[12..]);
        return length <= Wire.MaxPayload
            ? Wire.HeaderSize + (int)length
            : throw new InvalidDataException($"a reply with {length} bytes of payload");
    }
}
