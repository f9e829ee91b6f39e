using System.Text;
using Xen.Linux;
using Xen.Protocol.Rings;
using Xen.Protocol.Wire;
using XenStored.Connections.State;
using XenStored.Tests.Support;
using XenStored.Tests.Wire;

namespace XenStored.Tests.Deaths;

/// <summary>A process dies, and the next one goes on with what it left.</summary>
public abstract class DeathTests : IDisposable
{
    readonly Mapping page;

    private protected DeathTests()
    {
        One.Deliver(One.Connect(), SplitTests.Message(MessageType.Introduce, 1, "1\01\05\0"));
        using var file = FileDescriptor.OpenOrCreate(Path.Combine(One.HypervisorFolder, "ring.1"));
        page = new(file, StorePage.Size, "ring.1");
        Assert.Equal("OK", Ask(MessageType.Mkdir, "/local/domain/1\0", asDom0: true));
        Assert.Equal("OK", Ask(MessageType.SetPerms, "/local/domain/1\0n1\0", asDom0: true));
    }

    /// <summary>Ends the process that lives.</summary>
    public void Dispose()
    {
        page.Dispose();
        One.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>The process that lives.</summary>
    private protected OneServer One { get; set; } = new();

    /// <summary>The guest's page.</summary>
    private protected Mapping Page => page;

    private protected Connection Guest => Connection.Of(One.Server.Store.Domains.Find(1)!.Session)!;

    private protected Span<byte> Indices(int from, int length) => page.Bytes(StorePage.Size).Slice(2 * StorePage.RingSize + from, length);

    private protected void Die()
    {
        One = One.Reborn();
        One.Turn();
    }

    private protected void Put(ReadOnlySpan<byte> bytes) =>
        Assert.Equal(bytes.Length, new StorePage(page.Bytes(StorePage.Size)).Requests.Put(bytes));

    private protected void Wake()
    {
        One.Server.Queues.Wake(Guest);
        One.Turn();
    }

    private protected static uint Number(string text) => uint.Parse(text, System.Globalization.CultureInfo.InvariantCulture);

    private protected string Ask(MessageType type, string payload, bool asDom0 = false, uint transaction = 0)
    {
        byte[] message = SplitTests.Message(type, 1, payload, transaction);
        if (asDom0)
        {
            var client = One.Connect();
            One.Deliver(client, message);
            return Payloads(client.Output);
        }
        Put(message);
        Wake();
        return Receive();
    }

    /// <summary>The next message for the guest: a reply's payload, or an event.</summary>
    private protected string Receive()
    {
        byte[] header = new byte[MessageHeader.Size];
        if (!Take(header))
            return "";
        var read = MessageHeader.Read(header);
        var payload = new List<byte>();
        while (payload.Count < read.Length)
        {
            byte[] part = new byte[Math.Min((int)read.Length - payload.Count, 512)];
            Assert.True(Take(part));
            payload.AddRange(part);
            Wake();
        }
        string text = Text(payload.ToArray());
        return read.Type == MessageType.WatchEvent ? "< " + text : text;
    }

    bool Take(byte[] into)
    {
        var replies = new StorePage(page.Bytes(StorePage.Size)).Replies;
        if (replies.Used < into.Length)
            return false;
        replies.Peek(into);
        replies.Advance(into.Length);
        return true;
    }

    private protected byte[] TakeAll()
    {
        byte[] all = new byte[new StorePage(page.Bytes(StorePage.Size)).Replies.Used];
        Take(all);
        return all;
    }

    private protected static string Payloads(List<byte> messages)
    {
        byte[] bytes = messages.ToArray();
        var text = new StringBuilder();
        for (int at = 0; at < bytes.Length;)
        {
            var header = MessageHeader.Read(bytes.AsSpan(at));
            text.Append(Text(bytes.AsSpan(at + MessageHeader.Size, (int)header.Length)));
            at += MessageHeader.Size + (int)header.Length;
        }
        return text.ToString();
    }

    static string Text(ReadOnlySpan<byte> payload) => Encoding.Latin1.GetString(payload).TrimEnd('\0').Replace('\0', ' ');
}
