using System.Buffers.Binary;
using XenStored.Streams.Contents;

namespace XenStored.Streams;

/// <summary>
/// Where the parts of a WatchDepth record are. All begin with u32 connection, u16 length of path, u16 length of token. Then there are three
/// layouts, because Xen 4.22 disagrees with itself:
/// <list type="number">
/// <item>the document has u16 depth, u16 unused, and path and token at byte 12;</item>
/// <item>C xenstored reads u16 depth, and path and token at byte 10;</item>
/// <item>C xenstored writes path and token at byte 8, no depth, and a length for which a body of the first layout would be padded. So the
/// header of the next record is within the length of about every second such record.</item>
/// </list>
/// The layouts cannot be mixed up: in a wrong one the NULs of path and token are 2 or 4 bytes away from where the lengths want them.
/// We write the second: it is the only one that a released C xenstored takes over with its depth.
/// </summary>
static class DepthLayout
{
    /// <summary>Where path and token are in records that we write.</summary>
    internal const int WrittenAt = 10;

    /// <summary>The depth of a watch without one.</summary>
    internal const ushort NoDepth = 0xffff;

    const int DepthAt = 8;

    /// <summary>Reads the watch of the current record.</summary>
    /// <param name="hasLostDepth">It is of the third layout: it gets no depth, and the client is told of more than it asked for.</param>
    /// <exception cref="InvalidDataException">The record has none of the layouts.</exception>
    internal static StreamWatch Read(RecordSource source, ushort pathLength, ushort tokenLength, out bool hasLostDepth)
    {
        var body = source.Body;
        hasLostDepth = false;
        foreach (int at in (ReadOnlySpan<int>)[12, 10, 8])
            if (IsText(body, at, pathLength) && pathLength > 1 && IsText(body, at + pathLength, tokenLength))
            {
                hasLostDepth = at == DepthAt;
                ushort depth = hasLostDepth ? NoDepth : BinaryPrimitives.ReadUInt16LittleEndian(body[DepthAt..]);
                byte[] path = body.Slice(at, pathLength - 1).ToArray(), token = body.Slice(at + pathLength, tokenLength - 1).ToArray();
                if (hasLostDepth && body.Length == RoundUp(at + pathLength + tokenLength) + RecordSource.HeaderSize)
                    source.PutHeaderBack();
                return new(path, token, depth == NoDepth ? null : depth);
            }
        throw source.Fault($"path and token of {pathLength} and {tokenLength} bytes are at none of their places");
    }

    static int RoundUp(int length) => (length + 7) & ~7;

    static bool IsText(ReadOnlySpan<byte> body, int at, int length) =>
        length > 0 && at + length <= body.Length && body.Slice(at, length).IndexOf((byte)0) == length - 1;
}
