using System.Text;
using Xen.Protocol.Wire;
using XenStored.Tests.Wire;

namespace XenStored.Tests.Support;

/// <summary>
/// A guest's end of a simulated ring. It sleeps until it gets an event, as guests do, and checks of each message what one kernel or another
/// takes for granted.
/// </summary>
sealed class GuestKernel(Habits habits, string hypervisorFolder, ushort domid, uint port) : IDisposable
{
    readonly StoreGuest ring = new(hypervisorFolder, domid, port, habits.Ring);
    readonly Dictionary<uint, MessageType> asked = [];
    readonly HashSet<string> tokens = [];
    uint lastRequest;

    /// <summary>Sends a request; answers its number.</summary>
    internal uint Send(MessageType type, string payload)
    {
        uint number = lastRequest++ % 32; // MiniOS and Unikraft index a table of 32 by it, from 0 on
        asked.Add(number, type);
        if (type == MessageType.Watch)
            tokens.Add(payload.Split('\0')[1]);
        byte[] message = SplitTests.Message(type, number, payload);
        int first = habits.InPieces ? MessageHeader.Size : message.Length;
        ring.Send(message.AsSpan(0, first));
        ring.Send(message.AsSpan(first));
        return number;
    }

    /// <summary>The next message, waited for.</summary>
    internal (MessageHeader Header, string Payload) Receive()
    {
        byte[] start = new byte[MessageHeader.Size];
        if (habits.InPieces)
            ring.Receive(start);
        else
            while (ring.Replies.Peek(start) < start.Length)
                ring.Sleep();
        var header = MessageHeader.Read(start);
        byte[] rest = new byte[(habits.InPieces ? 0 : MessageHeader.Size) + header.Length];
        ring.Receive(rest);
        string payload = Encoding.Latin1.GetString(rest.AsSpan(^(int)header.Length..));
        Check(header, payload);
        return (header, payload);
    }

    /// <summary>Sends a request and waits for its reply; hands on events that come before it.</summary>
    internal string Ask(MessageType type, string payload, Action<string>? heard = null)
    {
        uint number = Send(type, payload);
        while (true)
        {
            var (header, text) = Receive();
            if (header.Type != MessageType.WatchEvent)
            {
                Assert.Equal(number, header.RequestId);
                return text;
            }
            heard?.Invoke(text);
        }
    }

    public void Dispose() => ring.Dispose();

    void Check(MessageHeader header, string payload)
    {
        Assert.Equal(0u, header.TransactionId);
        if (header.Type == MessageType.WatchEvent)
        {
            string[] strings = payload.Split('\0');
            Assert.Equal(3, strings.Length); // two strings, each with its NUL
            Assert.Equal("", strings[2]);
            Assert.Contains(strings[1], tokens);
            Assert.Equal(0u, header.RequestId);
            return;
        }
        Assert.True(asked.Remove(header.RequestId, out var type), $"a reply to {header.RequestId}, which was not asked");
        if (header.Type == MessageType.Error)
            Assert.True(payload.EndsWith('\0') && Enum.TryParse<XsError>(payload.TrimEnd('\0'), out _),
                $"no error of the table: {payload}");
        else
            Assert.Equal(type, header.Type);
        if (header.Type == MessageType.Directory && payload.Length > 0)
            Assert.Equal('\0', payload[^1]);
    }
}
