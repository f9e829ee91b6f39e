using System.Diagnostics;
using System.Runtime.InteropServices;
using Xen.Posix;
using Xen.Rings;
using Xen.Wire;
using XenStored.Tests.Support;
using XenStored.Tests.Wire;

namespace XenStored.Tests.Shell;

/// <summary>
/// A guest that announces as little as Linux does: what it adds to a ring only if it found that empty, the room that it makes only if it
/// found the ring full. Whatever falls between two looks of the daemon must not be lost.
/// </summary>
public sealed class LinuxGuestTests : IDisposable
{
    const int Requests = 20_000, PatienceMs = 60_000;
    const int RequestsConsumed = 2048, RequestsProduced = 2052, RepliesConsumed = 2056, RepliesProduced = 2060; // where the page has them

    readonly OneServer one = new();
    readonly Mapping page;
    readonly FileDescriptor events, doorbell;
    readonly Thread loop;
    volatile bool stopping;

    public LinuxGuestTests()
    {
        var dom0 = one.Connect();
        one.Deliver(dom0, SplitTests.Message(MessageType.Introduce, 1, "1\01\05\0"));
        one.Deliver(dom0, SplitTests.Message(MessageType.Write, 1, "/local/domain/1/long\0" + new string('v', 1900)));
        one.Deliver(dom0, SplitTests.Message(MessageType.SetPerms, 1, "/local/domain/1/long\0r1\0"));
        using var file = FileDescriptor.OpenOrCreate(Path.Combine(one.HypervisorFolder, "ring.1"));
        page = new(file, StorePage.Size, "ring.1");
        events = FileDescriptor.OpenReadWrite(Path.Combine(one.HypervisorFolder, "evtchn"));
        doorbell = FileDescriptor.OpenReadWrite(Path.Combine(one.HypervisorFolder, "guest.1"));
        loop = new(() =>
        {
            while (!stopping)
                one.TurnOnce(milliseconds: 20);
        });
    }

    [Fact]
    public void No_request_and_no_reply_waits_for_an_announcement_that_never_comes()
    {
        loop.Start();
        byte[] brief = SplitTests.Message(MessageType.GetDomainPath, 1, "1\0"), lengthy = SplitTests.Message(MessageType.Read, 1, "long\0");
        var reply = new byte[4096];
        for (int i = 0; i < Requests; i++)
        {
            byte[] message = i % 4 == 0 ? lengthy : brief;
            Put(message.AsSpan(0, MessageHeader.Size)); // as Linux does, header and payload one after the other
            Put(message.AsSpan(MessageHeader.Size));
            int length = 0;
            while (length < MessageHeader.Size || length < MessageHeader.Size + MessageHeader.Read(reply).Length)
                length += Take(reply.AsSpan(length), i);
        }
    }

    public void Dispose()
    {
        stopping = true;
        loop.Join();
        events.Dispose();
        doorbell.Dispose();
        page.Dispose();
        one.Dispose();
    }

    StorePage Page => new(page.Bytes(StorePage.Size));

    // xenbus_comms.c: the other side's index is read after our own was published.
    void Put(ReadOnlySpan<byte> bytes)
    {
        uint before = Index(RequestsProduced);
        Assert.Equal(bytes.Length, Page.Requests.Put(bytes));
        if (Index(RequestsConsumed) == before)
            Announce();
    }

    int Take(Span<byte> into, int request)
    {
        for (var waited = Stopwatch.StartNew(); ;)
        {
            uint before = Index(RepliesConsumed);
            int count = Page.Replies.Peek(into);
            Assert.True(count >= 0);
            if (count > 0)
            {
                Page.Replies.Advance(count);
                if (Index(RepliesProduced) - before >= StorePage.RingSize)
                    Announce();
                return count;
            }
            Assert.True(waited.ElapsedMilliseconds < PatienceMs, $"request {request} was lost");
            Thread.Yield();
        }
    }

    uint Index(int offset) => Volatile.Read(ref MemoryMarshal.AsRef<uint>(page.Bytes(StorePage.Size)[offset..]));

    void Announce()
    {
        uint word = 1 << 16 | 5;
        _ = events.Write(MemoryMarshal.AsBytes(new ReadOnlySpan<uint>(in word)));
        _ = doorbell.Read(new byte[4096]); // or it would fill up
    }
}
