using Xen.Protocol.Rings;

namespace XenConsoled.Memory;

/// <summary>
/// The output that no viewer has read yet, with a limit. It holds the first bytes since the buffer was last empty, and the newest bytes.
/// What lies between them is dropped when there is no space: a late viewer sees how the guest began and its newest output.
/// As in C xenconsoled, the first half of the limit is kept, and up to three quarters of the limit after that.
/// </summary>
/// <param name="marks">The positions.</param>
/// <param name="head">Memory for the first bytes.</param>
/// <param name="tail">Memory for the newest bytes, used as a circle.</param>
readonly ref struct OutputBuffer(ref OutputMarks marks, Span<byte> head, Span<byte> tail)
{
    readonly ref OutputMarks marks = ref marks;
    readonly Span<byte> head = head, tail = tail;

    /// <summary>Bytes of the head and of the tail for a limit.</summary>
    internal static (int Head, int Tail) Sizes(int limit) => (limit / 2, limit / 4 * 3);

    /// <summary>Bytes that wait.</summary>
    internal static int Waiting(in OutputMarks marks) => marks.HeadEnd - marks.HeadStart + (int)(marks.TailEnd - marks.TailStart);

    /// <summary>How many bytes can be added without dropping any, for these sizes of head and tail.</summary>
    internal static int Free(in OutputMarks marks, int head, int tail)
    {
        int inTail = (int)(marks.TailEnd - marks.TailStart);
        int inHead = inTail > 0 ? 0 : marks.HeadStart == marks.HeadEnd ? head : head - marks.HeadEnd;
        return inHead + tail - inTail;
    }

    /// <summary>Adds bytes. Drops the oldest bytes of the tail if there is no space.</summary>
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

    /// <summary>The next bytes in one piece; empty if nothing waits.</summary>
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

    /// <summary>Removes bytes of <see cref="Next"/>.</summary>
    internal void Consume(int count)
    {
        if (marks.HeadStart < marks.HeadEnd)
            marks.HeadStart += count;
        else
            marks.TailStart += (ulong)count;
    }
}
