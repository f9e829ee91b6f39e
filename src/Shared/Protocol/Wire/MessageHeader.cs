using System.Runtime.InteropServices;

namespace Xen.Protocol.Wire;

/// <summary>The 16 bytes before each payload, in the machine's byte order (struct xsd_sockmsg).</summary>
/// <param name="Type">The kind of message.</param>
/// <param name="RequestId">The client chooses it, and the reply repeats it.</param>
/// <param name="TransactionId">The transaction that the request belongs to, or 0. The reply repeats it.</param>
/// <param name="Length">Bytes of payload that follow; at most <see cref="WireLimits.Payload"/>.</param>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct MessageHeader(MessageType Type, uint RequestId, uint TransactionId, uint Length)
{
    /// <summary>Bytes of a header.</summary>
    public const int Size = 16;

    /// <summary>Reads a header from the first 16 bytes.</summary>
    public static MessageHeader Read(ReadOnlySpan<byte> bytes) => MemoryMarshal.Read<MessageHeader>(bytes);

    /// <summary>Writes the header into the first 16 bytes.</summary>
    public void Write(Span<byte> bytes) => MemoryMarshal.Write(bytes, in this);

    /// <summary>The header of the reply to this request.</summary>
    public MessageHeader Reply(MessageType type, int length) => new(type, RequestId, TransactionId, (uint)length);
}
