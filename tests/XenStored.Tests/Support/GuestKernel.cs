using System.Runtime.InteropServices;
using System.Text;
using Xen.Linux;
using Xen.Protocol.Rings;
using Xen.Protocol.Wire;
using XenStored.Tests.Wire;

namespace XenStored.Tests.Support;

/// <summary>When a guest sends an event.</summary>
enum Announces
{
    Never,
    /// <summary>Only when the other side may be waiting: it found the ring of requests empty, or the ring of replies full.</summary>
    WhenWaitedFor,
    Always,
}

/// <summary>How a kernel uses its ring, as its sources have it.</summary>
/// <param name="InPieces">It puts and takes what fits; else only whole messages, so that one longer than the ring never arrives.</param>
/// <param name="Requests">Whether it announces what it asks.</param>
/// <param name="Room">Whether it announces the room that it makes by reading.</param>
/// <param name="Token">How its watches are called.</param>
sealed record Habits(string Name, bool InPieces, Announces Requests, Announces Room, Func<int, string> Token)
{
    internal static readonly Habits[] All =
    [
        new("Linux xenbus", true, Announces.WhenWaitedFor, Announces.WhenWaitedFor, i => $"{0xFFFF888000000000 + (ulong)i * 64:X}"),
        new("MiniOS", false, Announces.Always, Announces.Never, i => $"device/vif/{i}/backend-state"),
        new("Unikraft", false, Announces.Always, Announces.WhenWaitedFor, i => $"{0x400000 + i * 64:x}"),
        new("Zephyr", false, Announces.Always, Announces.WhenWaitedFor, i => $"{0x400000 + i * 64:x}"),
        new("FreeBSD", true, Announces.Always, Announces.Always, i => $"{0xFFFFF80000000000 + (ulong)i * 64:X}"),
        new("NetBSD", true, Announces.Always, Announces.Always, i => $"{0xFFFFA00000000000 + (ulong)i * 64:X}"),
        new("Windows PV", true, Announces.Always, Announces.Always, i => $"TOK|{0xFFFFF80112345678:X16}|{i:X4}"),
    ];

    public override string ToString() => Name;
}

/// <summary>
/// A guest's end of a simulated ring. It sleeps until it gets an event, as guests do, and checks of each message what one kernel or another
/// takes for granted.
/// </summary>
sealed class GuestKernel : IDisposable
{
    const int RequestsConsumed = 2048, RequestsProduced = 2052, RepliesConsumed = 2056, RepliesProduced = 2060; // where the page has them
    const int PatienceMs = 60_000;

    readonly Habits habits;
    readonly uint port;
    readonly Mapping page;
    readonly FileDescriptor events, doorbell, overdue = FileDescriptor.EventCounter();
    readonly Timer timer;
    readonly Dictionary<uint, MessageType> asked = [];
    readonly HashSet<string> tokens = [];
    readonly byte[] partial = new byte[WireLimits.Message];
    int have;
    uint lastRequest;

    internal GuestKernel(Habits habits, string hypervisorFolder, ushort domid, uint port)
    {
        (this.habits, this.port) = (habits, (uint)domid << 16 | port);
        using var file = FileDescriptor.OpenOrCreate(Path.Combine(hypervisorFolder, $"ring.{domid}"));
        page = new(file, StorePage.Size, $"ring.{domid}");
        events = FileDescriptor.OpenReadWrite(Path.Combine(hypervisorFolder, "evtchn"));
        doorbell = FileDescriptor.OpenReadWrite(Path.Combine(hypervisorFolder, $"guest.{domid}"));
        timer = new(_ => _ = overdue.Write([1, 0, 0, 0, 0, 0, 0, 0]), null, PatienceMs, Timeout.Infinite);
    }


    /// <summary>Sends a request; answers its number.</summary>
    internal uint Send(MessageType type, string payload)
    {
        uint number = lastRequest++ % 32; // MiniOS and Unikraft index a table of 32 by it, from 0 on
        asked.Add(number, type);
        if (type == MessageType.Watch)
            tokens.Add(payload.Split('\0')[1]);
        byte[] message = SplitTests.Message(type, number, payload);
        if (!habits.InPieces)
            Put(message);
        else
        {
            Put(message.AsSpan(0, MessageHeader.Size));
            Put(message.AsSpan(MessageHeader.Size));
        }
        return number;
    }

    /// <summary>The next message, waited for.</summary>
    internal (MessageHeader Header, string Payload) Receive()
    {
        while (!TryTake())
            Sleep();
        var header = MessageHeader.Read(partial);
        string payload = Encoding.Latin1.GetString(partial, MessageHeader.Size, (int)header.Length);
        have = 0;
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

    public void Dispose()
    {
        timer.Dispose();
        overdue.Dispose();
        events.Dispose();
        doorbell.Dispose();
        page.Dispose();
    }

    StorePage Page => new(page.Bytes(StorePage.Size));

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
            Assert.True(payload.EndsWith('\0') && Enum.TryParse<XsError>(payload.TrimEnd('\0'), out _), $"no error of the table: {payload}");
        else
            Assert.Equal(type, header.Type);
        if (header.Type == MessageType.Directory && payload.Length > 0)
            Assert.Equal('\0', payload[^1]);
    }

    // The other side's index is read after our own was published.
    void Put(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            uint before = Index(RequestsProduced);
            int count = habits.InPieces || Page.Requests.Room >= bytes.Length ? Page.Requests.Put(bytes) : 0;
            if (count == 0)
                Sleep();
            else if (habits.Requests == Announces.Always || Index(RequestsConsumed) == before)
                Announce();
            bytes = bytes[count..];
        }
    }

    // Into `partial`: a whole message, or with a kernel that takes pieces what there is of it.
    bool TryTake()
    {
        var header = new byte[MessageHeader.Size];
        if (!habits.InPieces && (Page.Replies.Peek(header) < header.Length
            || Page.Replies.Used < MessageHeader.Size + (int)MessageHeader.Read(header).Length))
            return false;
        while (have < MessageHeader.Size || have < MessageHeader.Size + (int)MessageHeader.Read(partial).Length)
        {
            int want = have < MessageHeader.Size ? MessageHeader.Size : MessageHeader.Size + (int)MessageHeader.Read(partial).Length;
            if (!habits.InPieces)
                want = MessageHeader.Size + (int)MessageHeader.Read(header).Length;
            uint before = Index(RepliesConsumed);
            int count = Page.Replies.Peek(partial.AsSpan(have, want - have));
            Assert.True(count >= 0);
            if (count == 0)
                return false;
            Page.Replies.Advance(count);
            have += count;
            bool wasFull = Index(RepliesProduced) - before >= StorePage.RingSize;
            if (habits.Room == Announces.Always || habits.Room == Announces.WhenWaitedFor && wasFull)
                Announce();
        }
        return true;
    }

    void Sleep()
    {
        var (isRung, _) = Poll.WaitEither(doorbell, overdue);
        Assert.True(isRung, $"{habits} was never woken");
        _ = doorbell.Read(new byte[4096]);
    }

    uint Index(int offset) => Volatile.Read(ref MemoryMarshal.AsRef<uint>(page.Bytes(StorePage.Size)[offset..]));

    void Announce()
    {
        uint word = port;
        _ = events.Write(MemoryMarshal.AsBytes(new ReadOnlySpan<uint>(in word)));
    }
}
