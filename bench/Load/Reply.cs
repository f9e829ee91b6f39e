using System.Buffers.Binary;
using System.Text;

namespace Load;

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
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(start[12..]);
        return length <= Wire.MaxPayload
            ? Wire.HeaderSize + (int)length
            : throw new InvalidDataException($"a reply with {length} bytes of payload");
    }
}
