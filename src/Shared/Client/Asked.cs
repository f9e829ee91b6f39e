using Xen.Protocol.Wire;

namespace Xen.Client;

/// <summary>Requests that were sent together. Whoever made them goes on when all replies are there: one switch of threads.</summary>
sealed class Asked(int count)
{
    readonly TaskCompletionSource<(MessageHeader Header, byte[] Payload)[]> whole =
        new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly (MessageHeader Header, byte[] Payload)[] replies = new (MessageHeader, byte[])[count];
    int missing = count;

    /// <summary>The replies, in the order of the requests.</summary>
    internal Task<(MessageHeader Header, byte[] Payload)[]> Replies => whole.Task;

    /// <summary>The reply to one of the requests has come.</summary>
    internal void Came(int index, MessageHeader header, byte[] payload)
    {
        replies[index] = (header, payload);
        if (Interlocked.Decrement(ref missing) == 0)
            whole.TrySetResult(replies);
    }

    /// <summary>There will be no reply to some of them.</summary>
    internal void Fail(IOException why) => whole.TrySetException(why);
}
