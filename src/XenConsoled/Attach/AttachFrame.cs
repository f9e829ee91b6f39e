using System.Buffers.Binary;
using System.Text;

namespace XenConsoled.Attach;

/// <summary>
/// The protocol on the daemon's own socket: type (1 byte), length (2 bytes, little endian), payload. Same host, same version.
/// </summary>
static class AttachFrame
{
    /// <summary>Bytes of the head.</summary>
    internal const int Head = 3;
    /// <summary>Bytes of a payload at most.</summary>
    internal const int MostPayload = 8192;

    /// <summary>A frame; a longer payload makes several.</summary>
    internal static byte[] Of(AttachFrameType type, ReadOnlySpan<byte> payload)
    {
        var bytes = new List<byte>(payload.Length + Head);
        do
        {
            var piece = payload[..Math.Min(payload.Length, MostPayload)];
            bytes.AddRange([(byte)type, (byte)piece.Length, (byte)(piece.Length >> 8)]);
            bytes.AddRange(piece);
            payload = payload[piece.Length..];
        }
        while (!payload.IsEmpty);
        return [.. bytes];
    }

    /// <summary>A frame of text.</summary>
    internal static byte[] Of(AttachFrameType type, string text) => Of(type, Encoding.UTF8.GetBytes(text));

    /// <summary>Takes the first whole frame off; false if there is none yet.</summary>
    /// <exception cref="FormatException">A length that is no frame's.</exception>
    internal static bool TryTake(ref ReadOnlySpan<byte> bytes, out AttachFrameType type, out ReadOnlySpan<byte> payload)
    {
        type = default;
        payload = default;
        if (bytes.Length < Head)
            return false;
        int length = BinaryPrimitives.ReadUInt16LittleEndian(bytes[1..]);
        if (length > MostPayload)
            throw new FormatException($"a frame of {length} bytes");
        if (bytes.Length < Head + length)
            return false;
        type = (AttachFrameType)bytes[0];
        payload = bytes.Slice(Head, length);
        bytes = bytes[(Head + length)..];
        return true;
    }
}
