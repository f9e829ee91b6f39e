using Xen.Protocol.Rings;

namespace XenConsoled.Memory;

/// <summary>
/// What a guest wrote and no viewer has read yet, bounded: the first bytes since the buffer was last empty, and the newest. What lies
/// between them is dropped when there is no room: a viewer who comes late sees how the guest began and what it says now. As with C
/// xenconsoled, the first half of the limit is kept, and up to three quarters of it after that.
/// </summary>
/// <param name="marks">Where it is.</param>
/// <param name="head">Room for the first bytes.</param>
/// <param name="tail">Room for the newest, used round and round.</param>
readonly ref struct OutputBuffer(ref OutputMarks marks, Span<byte> head, Span<byte> tail)
{
    readonly ref OutputMarks marks = ref marks;
    readonly Span<byte> head = head, tail = tail;

    /// <summary>Bytes of the head and of the tail for a limit.</summary>
    internal static (int Head, int Tail) Sizes(int limit) => (limit / 2, limit / 4 * 3);

    /// <summary>Bytes that wait.</summary>
    internal static int Waiting(in OutputMarks marks) => marks.HeadEnd - marks.HeadStart + (int)(marks.TailEnd - marks.TailStart);

    /// <summary>Bytes that can be added without dropping any, with such sizes of head and tail.</summary>
    internal static int Room(in OutputMarks marks, int head, int tail)
    {
        int inTail = (int)(marks.TailEnd - marks.TailStart);
        int inHead = inTail > 0 ? 0 : marks.HeadStart == marks.HeadEnd ? head : head - marks.HeadEnd;
        return inHead + tail - inTail;
    }

    /// <summary>Adds bytes, and drops the oldest of the tail for them if need be.</summary>
    internal void Append(ReadOnlySpan<byte> bytes)
    {
        if (marks.TailEnd == marks.TailStart)
        {
            if (marks.HeadStart == marks.HeadEnd)
                marks = new() { Dropped = marks.Dropped };
            int first = Math.Min(bytes.Length, head.Length - marks.HeadEnd);
            bytes[..first].CopyTo(head[marks.HeadEnd..]);
            marks.HeadEnd += first;
            bytes = bytes[first..];
        }
        if (bytes.Length > tail.Length)
        {
            marks.Dropped += (ulong)(bytes.Length - tail.Length);
            bytes = bytes[^tail.Length..];
        }
        if (bytes.IsEmpty)
            return;
        long excess = (long)(marks.TailEnd - marks.TailStart) + bytes.Length - tail.Length;
        if (excess > 0)
        {
            marks.TailStart += (ulong)excess;
            marks.Dropped += (ulong)excess;
        }
        CircularBytes.Write(tail, (int)(marks.TailEnd % (ulong)tail.Length), bytes);
        marks.TailEnd += (ulong)bytes.Length;
    }

    /// <summary>The next bytes in one piece; empty when nothing waits.</summary>
    internal ReadOnlySpan<byte> Next
    {
        get
        {
            if (marks.HeadStart < marks.HeadEnd)
                return head[marks.HeadStart..marks.HeadEnd];
            if (marks.TailStart == marks.TailEnd)
                return [];
            int at = (int)(marks.TailStart % (ulong)tail.Length);
            return tail.Slice(at, (int)Math.Min(marks.TailEnd - marks.TailStart, (ulong)(tail.Length - at)));
        }
    }

    /// <summary>Takes bytes of <see cref="Next"/> away.</summary>
    internal void Consume(int count)
    {
        if (marks.HeadStart < marks.HeadEnd)
            marks.HeadStart += count;
        else
            marks.TailStart += (ulong)count;
    }
}
