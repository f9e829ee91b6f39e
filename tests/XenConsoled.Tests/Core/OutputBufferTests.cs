using CsCheck;
using XenConsoled.Core;
using XenConsoled.Memory;

namespace XenConsoled.Tests.Core;

public sealed class OutputBufferTests
{
    // The rule, told the slow way: the first bytes since it was last empty, and the newest after them.
    sealed class Model(int head, int tail)
    {
        readonly List<byte> first = [], rest = [];
        int firstEnd;

        internal long Dropped { get; private set; }
        internal int Waiting => first.Count + rest.Count;

        internal void Append(byte[] bytes)
        {
            if (Waiting == 0)
                firstEnd = 0;
            foreach (byte one in bytes)
                if (rest.Count == 0 && firstEnd < head)
                {
                    first.Add(one);
                    firstEnd++;
                }
                else
                    rest.Add(one);
            int excess = Math.Max(0, rest.Count - tail);
            rest.RemoveRange(0, excess);
            Dropped += excess;
        }

        internal byte[] Take(int count)
        {
            byte[] all = [.. first, .. rest];
            int fromFirst = Math.Min(count, first.Count);
            first.RemoveRange(0, fromFirst);
            rest.RemoveRange(0, Math.Min(count - fromFirst, rest.Count));
            return all[..Math.Min(count, all.Length)];
        }
    }

    [Fact]
    public void It_keeps_the_first_and_the_newest_bytes_as_a_simple_model_does() =>
        Gen.Select(Gen.Int[0, 20], Gen.Int[1, 30], Gen.Select(Gen.Bool, Gen.Int[0, 40]).Array[1, 60]).Sample((head, tail, steps) =>
        {
            var model = new Model(head, tail);
            var marks = new OutputMarks();
            byte[] headBytes = new byte[head], tailBytes = new byte[tail];
            byte next = 0;
            foreach (var (appends, count) in steps)
            {
                var buffer = new OutputBuffer(ref marks, headBytes, tailBytes);
                if (appends)
                {
                    int free = OutputBuffer.Free(marks, head, tail);
                    ulong before = marks.Dropped;
                    byte[] bytes = [.. Enumerable.Range(0, count).Select(_ => next++)];
                    buffer.Append(bytes);
                    model.Append(bytes);
                    Assert.Equal(Math.Max(0, count - free), (int)(marks.Dropped - before));
                }
                else
                {
                    var taken = new List<byte>();
                    while (taken.Count < count && !buffer.Next.IsEmpty)
                    {
                        var piece = buffer.Next[..Math.Min(buffer.Next.Length, count - taken.Count)];
                        taken.AddRange(piece);
                        buffer.Consume(piece.Length);
                    }
                    Assert.Equal(model.Take(count), taken);
                }
                Assert.Equal(model.Waiting, OutputBuffer.Waiting(marks));
                Assert.Equal((ulong)model.Dropped, marks.Dropped);
            }
        });

    [Fact]
    public void Without_room_everything_is_dropped_and_counted()
    {
        var marks = new OutputMarks();
        new OutputBuffer(ref marks, [], []).Append(new byte[100]);
        Assert.Equal(100UL, marks.Dropped);
        Assert.Equal(0, OutputBuffer.Waiting(marks));
    }

    [Theory]
    [InlineData(null, ConsoleLimit.Default)]
    [InlineData("", ConsoleLimit.Default)]
    [InlineData("many", ConsoleLimit.Default)]
    [InlineData("-1", ConsoleLimit.Default)]
    [InlineData("0", ConsoleLimit.Default)]
    [InlineData("1", ConsoleLimit.Least)]
    [InlineData("65536", 65536)]
    [InlineData("99999999999", ConsoleLimit.Most)]
    public void The_limit_is_what_the_key_says_within_reason(string? text, int limit) => Assert.Equal(limit, ConsoleLimit.Parse(text));
}
