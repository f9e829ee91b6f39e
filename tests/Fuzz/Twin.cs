using Microsoft.Extensions.Logging.Abstractions;
using Xen.Linux.Loop;
using Xen.Protocol.Wire;
using XenStored.Clients;
using XenStored.Commands;
using XenStored.Handover;
using XenStored.Store;
using XenStored.Tests.Support;
using XenStored.Tree.Storage;

namespace XenStored.Fuzz;

/// <summary>A store without connections: requests go straight into it, and the bytes of the replies to one client are kept.</summary>
sealed class Twin : QuietSurroundings
{
    readonly Dispatcher dispatcher;
    byte[] replies = new byte[64 * 1024];
    int length;

    /// <param name="memory">Its owner disposes of it.</param>
    /// <param name="loop">Only a live update uses it, and none comes.</param>
    internal Twin(StoreMemory memory, EventLoop loop)
    {
        Store = new(memory, this, this, this);
        dispatcher = new(Store, this, new LiveUpdate(loop, Store, null, new("/nonexistent"), NullLogger.Instance));
    }

    internal XenStore Store { get; }

    /// <summary>The replies since <see cref="Forget"/>, one behind the other.</summary>
    internal ReadOnlySpan<byte> Replies => replies.AsSpan(0, length);

    internal void Forget() => length = 0;

    internal void Ask(Session session, MessageHeader header, ReadOnlySpan<byte> payload)
    {
        dispatcher.Handle(session, header, payload);
        Store.Publisher.PublishAndReclaim(1000);
    }

    public override void Reply(Session to, MessageHeader request, MessageType type, ReadOnlySpan<byte> payload)
    {
        if (to.IsSocket)
            return;
        if (replies.Length < length + MessageHeader.Size + payload.Length)
            Array.Resize(ref replies, 2 * replies.Length);
        request.Reply(type, payload.Length).Write(replies.AsSpan(length));
        payload.CopyTo(replies.AsSpan(length + MessageHeader.Size));
        length += MessageHeader.Size + payload.Length;
    }
}
