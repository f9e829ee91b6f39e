using System.Runtime.InteropServices;
using System.Text;
using Xen.Linux;
using Xen.Protocol.Rings;
using Xen.Protocol.Wire;

namespace Xen.Demo;

/// <summary>A guest in the simulated hypervisor's folder: it talks to the store through its ring page, as a kernel would.</summary>
sealed class Guest : IDisposable
{
    const uint Port = 5;

    readonly ushort domid;
    readonly Mapping page;
    readonly FileDescriptor doorbell;

    internal Guest(string folder, ushort domid)
    {
        this.domid = domid;
        using var file = FileDescriptor.OpenOrCreate(Path.Combine(folder, $"ring.{domid}"));
        if (file.Length < StorePage.Size)
            file.Truncate(StorePage.Size);
        page = new(file, StorePage.Size, "ring");
        doorbell = FileDescriptor.OpenReadWrite(Path.Combine(folder, "evtchn"));
    }

    /// <summary>Sends a request and waits for its reply.</summary>
    internal string Ask(MessageType type, string payload)
    {
        var bytes = Encoding.ASCII.GetBytes(payload);
        Span<byte> header = stackalloc byte[MessageHeader.Size];
        new MessageHeader(type, 0, 0, (uint)bytes.Length).Write(header);
        Send(header);
        Send(bytes);
        var reply = MessageHeader.Read(Receive(MessageHeader.Size));
        string text = Encoding.ASCII.GetString(Receive((int)reply.Length)).TrimEnd('\0').Replace('\0', ' ');
        return reply.Type == MessageType.Error ? text + " (refused)" : text;
    }

    public void Dispose()
    {
        page.Dispose();
        doorbell.Dispose();
    }

    void Send(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            int put = new StorePage(page.Bytes(StorePage.Size)).Requests.Put(bytes);
            bytes = bytes[Math.Max(put, 0)..];
            Ring();
        }
    }

    byte[] Receive(int length)
    {
        var bytes = new byte[length];
        for (int have = 0, tries = 0; have < length; tries++)
        {
            var replies = new StorePage(page.Bytes(StorePage.Size)).Replies;
            int got = replies.Peek(bytes.AsSpan(have));
            replies.Advance(Math.Max(got, 0));
            have += Math.Max(got, 0);
            if (got > 0)
                Ring();
            else if (tries > 5000)
                throw new TimeoutException("the store does not answer");
            else
                Thread.Sleep(1);
        }
        return bytes;
    }

    void Ring()
    {
        uint knock = (uint)domid << 16 | Port;
        _ = doorbell.Write(MemoryMarshal.AsBytes(new ReadOnlySpan<uint>(in knock)));
    }
}
