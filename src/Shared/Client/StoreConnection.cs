using System.Collections.Concurrent;
using Xen.Linux;
using Xen.Protocol.Wire;

namespace Xen.Client;

/// <summary>
/// Sends messages to a store and receives them, over its socket or through the kernel's own connection. Any thread may make requests, and
/// several may be outstanding. A thread of its own passes each reply to its request and each event to its watch. Linux has one buffer for
/// requests and sends from it, so through the kernel only one request is outstanding.
/// </summary>
sealed class StoreConnection : IDisposable
{
    readonly FileDescriptor descriptor;
    readonly string name;
    readonly Action<byte[]> eventCame;
    readonly Lock writing = new();
    readonly ConcurrentDictionary<uint, (Asked Together, int Index)> asked = new();
    readonly TaskCompletionSource closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly SemaphoreSlim? oneAtATime;
    readonly FileDescriptor ending = FileDescriptor.EventCounter();
    readonly Thread reader;
    uint lastRequest;

    /// <param name="name">The path behind which the store is, for messages.</param>
    /// <param name="eventCame">Called on the connection's thread with each event's payload.</param>
    /// <param name="isKernel">The connection goes through the kernel.</param>
    internal StoreConnection(FileDescriptor descriptor, string name, Action<byte[]> eventCame, bool isKernel)
    {
        (this.descriptor, this.name, this.eventCame) = (descriptor, name, eventCame);
        oneAtATime = isKernel ? new(1) : null;
        reader = new(Read) { IsBackground = true, Name = "store client" };
        reader.Start();
    }

    /// <summary>Completes when the connection ends.</summary>
    internal Task Closed => closed.Task;

    /// <summary>The most bytes that a request's payload may have. The kernel's buffer holds the header as well.</summary>
    internal int MostOfPayload => oneAtATime is null ? WireLimits.Payload : WireLimits.Payload - MessageHeader.Size;

    /// <summary>The connection goes through the kernel, which does not support a watch's depth.</summary>
    internal bool IsKernel => oneAtATime is not null;

    /// <summary>Sends a request and waits for its reply.</summary>
    /// <exception cref="IOException">The store ended the connection.</exception>
    internal async Task<(MessageHeader Header, byte[] Payload)> AskAsync(MessageType type, uint transaction, byte[] payload) =>
        (await AskAllAsync(type, transaction, [payload]).ConfigureAwait(false))[0];

    /// <summary>Sends several requests of one kind, and waits for all replies.</summary>
    /// <returns>The replies, in the order of the requests.</returns>
    /// <exception cref="IOException">The store ended the connection.</exception>
    internal Task<(MessageHeader Header, byte[] Payload)[]> AskAllAsync(MessageType type, uint transaction, byte[][] payloads) =>
        oneAtATime is null ? AskNowAsync(type, transaction, payloads) : AskInTurnAsync(oneAtATime, type, transaction, payloads);

    async Task<(MessageHeader Header, byte[] Payload)[]> AskInTurnAsync(
        SemaphoreSlim turn, MessageType type, uint transaction, byte[][] payloads)
    {
        await turn.WaitAsync().ConfigureAwait(false);
        try
        {
            var replies = new (MessageHeader, byte[])[payloads.Length];
            for (int i = 0; i < payloads.Length; i++)
                replies[i] = (await AskNowAsync(type, transaction, [payloads[i]]).ConfigureAwait(false))[0];
            return replies;
        }
        finally
        {
            turn.Release();
        }
    }

    Task<(MessageHeader Header, byte[] Payload)[]> AskNowAsync(MessageType type, uint transaction, byte[][] payloads)
    {
        var together = new Asked(payloads.Length);
        byte[] messages = new byte[payloads.Sum(payload => MessageHeader.Size + payload.Length)];
        uint number = 0;
        for (int i = 0, at = 0; i < payloads.Length; i++)
        {
            do
                number = Interlocked.Increment(ref lastRequest);
            while (!asked.TryAdd(number, (together, i)));
            new MessageHeader(type, number, transaction, (uint)payloads[i].Length).Write(messages.AsSpan(at));
            payloads[i].CopyTo(messages.AsSpan(at + MessageHeader.Size));
            at += MessageHeader.Size + payloads[i].Length;
        }
        int errno;
        lock (writing)
            errno = Write(messages);
        // The kernel, which gets one request at a time, refuses it by an error of write. Then no reply comes.
        if (errno != 0 && asked.TryRemove(number, out _))
            together.Came(0, new(MessageType.Error, number, transaction, 0), XsErrors.OfErrno(errno).Payload().ToArray());
        if (closed.Task.IsCompleted)
            Fail();
        return together.Replies;
    }

    public void Dispose()
    {
        ending.AddOne();
        if (Thread.CurrentThread != reader)
            reader.Join();
        lock (writing)
            ending.Dispose();
    }

    // Returns 0, or the errno with which the kernel refuses. For a closed socket it returns 0: the reader notices that and fails all
    // requests.
    int Write(ReadOnlySpan<byte> message)
    {
        while (!message.IsEmpty && !closed.Task.IsCompleted)
        {
            int written = descriptor.Write(message); // the runtime ignores SIGPIPE
            if (written > 0)
                message = message[written..];
            else if (written == -Errno.EAGAIN)
                Poll.Wait(descriptor, ending, forWriting: true);
            else
                return oneAtATime is null ? 0 : -written;
        }
        return 0;
    }

    void Read()
    {
        byte[] buffer = new byte[4 * WireLimits.Message];
        int length = 0;
        while (Poll.Wait(descriptor, ending, forWriting: false))
        {
            int count = descriptor.Read(buffer.AsSpan(length));
            if (count == -Errno.EAGAIN)
                continue;
            if (count <= 0)
                break;
            length += count;
            int start = 0, size;
            Frame frame;
            while ((frame = MessageFramer.Next(buffer.AsSpan(start, length - start), out var header, out size)) == Frame.Whole)
            {
                Deliver(header, buffer.AsSpan(start + MessageHeader.Size, (int)header.Length));
                start += size;
            }
            if (frame == Frame.Violation)
                break;
            buffer.AsSpan(start, length - start).CopyTo(buffer);
            length -= start;
        }
        closed.TrySetResult();
        ending.AddOne(); // wakes a writer that waits for space
        Fail();
        lock (writing)
            descriptor.Dispose(); // not while a writer uses it: its number could become another file's
    }

    void Deliver(MessageHeader header, ReadOnlySpan<byte> payload)
    {
        if (header.Type == MessageType.WatchEvent)
            eventCame(payload.ToArray());
        else if (asked.TryRemove(header.RequestId, out var request))
            request.Together.Came(request.Index, header, payload.ToArray());
    }

    void Fail()
    {
        foreach (uint number in asked.Keys)
            if (asked.TryRemove(number, out var request))
                request.Together.Fail(new IOException($"{name}: the store ended the connection"));
    }
}
