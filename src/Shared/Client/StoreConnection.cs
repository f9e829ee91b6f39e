using System.Collections.Concurrent;
using Xen.Linux;
using Xen.Protocol.Wire;

namespace Xen.Client;

/// <summary>
/// Messages to and from a store, over its socket or through the kernel's own connection. Requests may be made from any thread and several
/// at once; one thread of its own brings replies to whoever asked, and events to their watches. Linux sends a request from the buffer into
/// which the next one would be written, so through the kernel they go one after the other.
/// </summary>
sealed class StoreConnection : IDisposable
{
    readonly FileDescriptor descriptor;
    readonly string name;
    readonly Lock writing = new();
    readonly ConcurrentDictionary<uint, TaskCompletionSource<(MessageHeader, byte[])>> asked = new();
    readonly TaskCompletionSource closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly SemaphoreSlim? oneAtATime;
    readonly FileDescriptor ending = FileDescriptor.EventCounter();
    readonly Thread reader;
    uint lastRequest;

    internal StoreConnection(FileDescriptor descriptor, string name, bool isKernel = false)
    {
        (this.descriptor, this.name) = (descriptor, name);
        oneAtATime = isKernel ? new(1) : null;
        reader = new(Read) { IsBackground = true, Name = "store client" };
        reader.Start();
    }

    /// <summary>Called with each event's path and token, on the connection's thread.</summary>
    internal Action<byte[]> EventCame { get; set; } = _ => { };

    /// <summary>Ends when the connection does.</summary>
    internal Task Closed => closed.Task;

    /// <summary>Bytes that a request's payload may have: the kernel's buffer holds the header as well.</summary>
    internal int MostOfPayload => oneAtATime is null ? WireLimits.Payload : WireLimits.Payload - MessageHeader.Size;

    /// <summary>It goes through the kernel, which knows no depth of watches.</summary>
    internal bool IsKernel => oneAtATime is not null;

    /// <summary>Sends a request; the reply's type and payload follow.</summary>
    /// <exception cref="IOException">The store ended the connection.</exception>
    internal async Task<(MessageHeader Header, byte[] Payload)> AskAsync(MessageType type, uint transaction, ReadOnlyMemory<byte> payload)
    {
        if (oneAtATime is null)
            return await AskNowAsync(type, transaction, payload).ConfigureAwait(false);
        await oneAtATime.WaitAsync().ConfigureAwait(false);
        try
        {
            return await AskNowAsync(type, transaction, payload).ConfigureAwait(false);
        }
        finally
        {
            oneAtATime.Release();
        }
    }

    async Task<(MessageHeader Header, byte[] Payload)> AskNowAsync(MessageType type, uint transaction, ReadOnlyMemory<byte> payload)
    {
        var answer = new TaskCompletionSource<(MessageHeader, byte[])>(TaskCreationOptions.RunContinuationsAsynchronously);
        var message = new byte[MessageHeader.Size + payload.Length];
        uint number;
        do
            number = Interlocked.Increment(ref lastRequest);
        while (!asked.TryAdd(number, answer));
        new MessageHeader(type, number, transaction, (uint)payload.Length).Write(message);
        payload.CopyTo(message.AsMemory(MessageHeader.Size));
        int errno;
        lock (writing)
            errno = Write(message);
        // The kernel refuses a request by refusing to take it: there will be no answer then.
        if (errno != 0 && asked.TryRemove(number, out _))
            answer.TrySetResult((new MessageHeader(MessageType.Error, number, transaction, 0), XsErrors.OfErrno(errno).Payload().ToArray()));
        if (closed.Task.IsCompleted)
            Fail();
        return await answer.Task.ConfigureAwait(false);
    }

    public void Dispose()
    {
        _ = ending.Write([1, 0, 0, 0, 0, 0, 0, 0]);
        if (Thread.CurrentThread != reader)
            reader.Join();
        lock (writing)
            ending.Dispose();
    }

    // 0, or the errno with which the kernel refuses; a socket that is closed the reader finds out as well, and tells all.
    int Write(ReadOnlySpan<byte> message)
    {
        while (!message.IsEmpty && !closed.Task.IsCompleted)
        {
            int written = descriptor.Write(message); // SIGPIPE is ignored by the runtime
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
        var buffer = new byte[4 * WireLimits.Message];
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
        _ = ending.Write([1, 0, 0, 0, 0, 0, 0, 0]); // a writer that waits for room gives up
        Fail();
        lock (writing)
            descriptor.Dispose(); // never under a writer, whose number could be another file's by then
    }

    void Deliver(MessageHeader header, ReadOnlySpan<byte> payload)
    {
        if (header.Type == MessageType.WatchEvent)
            EventCame(payload.ToArray());
        else if (asked.TryRemove(header.RequestId, out var answer))
            answer.SetResult((header, payload.ToArray()));
    }

    void Fail()
    {
        foreach (uint number in asked.Keys)
            if (asked.TryRemove(number, out var answer))
                answer.TrySetException(new IOException($"{name}: the store ended the connection"));
    }
}
