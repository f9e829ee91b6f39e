using System.Buffers.Binary;
using System.Text;

namespace XenConsoled.Attach;

/// <summary>
/// The protocol on the daemon's own socket: type (1 byte), length (2 bytes, little endian), payload.
/// Both sides are on one host and have one version.
/// </summary>
static class AttachFrame
{
    /// <summary>Bytes of a frame's header.</summary>
    internal const int Head = 3;
    /// <summary>Largest payload in bytes.</summary>
    internal const int MostPayload = 8192;

    /// <summary>Makes a frame. A payload that is too long makes several frames.</summary>
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

    /// <summary>Makes a frame of text.</summary>
    internal static byte[] Of(AttachFrameType type, string text) => Of(type, Encoding.UTF8.GetBytes(text));

    /// <summary>Takes the first whole frame off; false if there is none yet.</summary>
    /// <exception cref="FormatException">The length is over <see cref="MostPayload"/>.</exception>
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
