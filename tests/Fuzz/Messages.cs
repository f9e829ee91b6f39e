using Xen.Protocol.Wire;

namespace XenStored.Fuzz;

/// <summary>
/// Makes whole messages of a script, so that changed bytes change what is asked for and not only where a message ends. Each message is its
/// type, its transaction and the length of its payload, a byte each, and the payload.
/// </summary>
sealed class Messages
{
    readonly byte[] stream = new byte[Mutator.Longest * 7];

    /// <summary>The messages, valid until the next call.</summary>
    internal ReadOnlySpan<byte> Of(ReadOnlySpan<byte> script)
    {
        int length = 0;
        uint number = 0;
        for (int at = 0; at + 3 <= script.Length;)
        {
            int payload = Math.Min(script[at + 2], script.Length - at - 3);
            new MessageHeader((MessageType)(script[at] & 31), ++number, script[at + 1], (uint)payload).Write(stream.AsSpan(length));
            script.Slice(at + 3, payload).CopyTo(stream.AsSpan(length + MessageHeader.Size));
            length += MessageHeader.Size + payload;
            at += 3 + payload;
        }
        return stream.AsSpan(0, length);
    }
}
