using System.Text;
using Xen.Protocol.Wire;
using XenStored.Tests.Wire;

namespace XenStored.Tests.Kills;

/// <summary>A client's connection: what it asks, and each message that it is told, one after the other.</summary>
abstract class Line : IDisposable
{
    uint number;

    public abstract void Dispose();

    /// <summary>Sends a request. Returns its number.</summary>
    internal uint Send(MessageType type, string payload, uint transaction = 0)
    {
        SendBytes(SplitTests.Message(type, ++number, payload, transaction));
        return number;
    }

    /// <summary>The next message: a reply, or an event, whose number is 0.</summary>
    internal (MessageType Type, uint Number, string Text) Next()
    {
        byte[] bytes = new byte[MessageHeader.Size];
        Receive(bytes);
        var header = MessageHeader.Read(bytes);
        byte[] payload = new byte[header.Length];
        Receive(payload);
        return (header.Type, header.RequestId, Encoding.Latin1.GetString(payload).TrimEnd('\0').Replace('\0', ' '));
    }

    /// <summary>The next message is this one.</summary>
    internal void Expect(MessageType type, uint answered, string text) => Assert.Equal((type, answered, text), Next());

    /// <summary>The next message is this event.</summary>
    internal void Hears(string text) => Expect(MessageType.WatchEvent, 0, text);

    /// <summary>Asks, and is answered at once: no event comes before.</summary>
    internal string Ask(MessageType type, string payload, uint transaction = 0)
    {
        uint asked = Send(type, payload, transaction);
        var (told, answered, text) = Next();
        Assert.True(answered == asked && (told == type || told == MessageType.Error), $"{type} {payload}: {told} {answered} {text}");
        return text;
    }

    /// <summary>Asks, and passes over events that come before the answer.</summary>
    internal string AskAmidEvents(MessageType type, string payload)
    {
        uint asked = Send(type, payload);
        while (true)
            if (Next() is { Type: not MessageType.WatchEvent } reply)
            {
                Assert.Equal(asked, reply.Number);
                return reply.Text;
            }
    }

    /// <summary>Sends all of the bytes.</summary>
    internal abstract void SendBytes(byte[] bytes);

    private protected abstract void Receive(Span<byte> into);
}
