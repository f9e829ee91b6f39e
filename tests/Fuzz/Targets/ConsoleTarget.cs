using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging.Abstractions;
using Xen.Hosting;
using Xen.Hypervisor;
using Xen.Hypervisor.Choice;
using Xen.Linux;
using Xen.Linux.Loop;
using Xen.Protocol.Rings;
using XenConsoled.Consoles;
using XenConsoled.Core;
using XenConsoled.Following;
using XenConsoled.Logs;
using XenConsoled.Memory;

namespace XenStored.Fuzz.Targets;

/// <summary>
/// The bytes are what a guest does to its console's page, with the daemon's turns and a viewer's input between. What the daemon takes and
/// keeps is compared with a list of all bytes that the guest has put where the daemon may read them.
/// </summary>
sealed class ConsoleTarget : ITarget
{
    const int Limit = 16 * 1024, Step = 6;

    static readonly (int Head, int Tail) Sizes = OutputBuffer.Sizes(Limit);
    static readonly LogThread NoLogs = new();
    static readonly byte[] Pattern = [.. Enumerable.Range(0, 256 + ConsolePage.OutputSize).Select(i => (byte)(i * 7 + i / 256))];

    readonly EventLoop loop = new();
    readonly ConsoleLogs logs;
    readonly Side[] sides;
    readonly byte[] ring = new byte[ConsolePage.OutputSize], kept = new byte[8 * Limit];
    byte[] all = new byte[64 * 1024];
    int count, turns;
    long now;

    public ConsoleTarget()
    {
        logs = new(loop, NoLogs, ConsoleOptions.Parse([]), 0, NullLogger.Instance);
        sides = [new(this, keepsOverflow: false), new(this, keepsOverflow: true)];
    }

    // A console that is kept over the executions, and one that ends with each.
    sealed class Side
    {
        readonly Mapping page = Mapping.Anonymous(GuestPage.Size);
        readonly ConsoleHost host;
        readonly ConsoleState first;

        internal Side(ConsoleTarget target, bool keepsOverflow)
        {
            KeepsOverflow = keepsOverflow;
            host = Host(target.loop, new(() => page), target.logs, keepsOverflow);
            Console = Begin();
            first = Console.Memory.State;
        }

        internal bool KeepsOverflow { get; }
        internal GuestConsole Console { get; }
        internal Span<byte> Page => page.Bytes(GuestPage.Size);

        GuestConsole Begin()
        {
            var console = new GuestConsole(host, ConsoleMemory.Create("/nonexistent", new(1, 0, Guid.Empty), ConsoleKind.Pv, Limit));
            console.Apply(new("fuzz", 1, 5, true, Limit));
            return console;
        }

        internal void Reset(long now)
        {
            Page.Clear();
            Console.Memory.State = first;
            Console.Turn(now, EventRate.ShortestPause);
        }

        internal void Dispose() => page.Dispose();
    }

    public void Run(ReadOnlySpan<byte> script)
    {
        if (script.IsEmpty)
            return;
        var side = sides[script[0] % 2];
        count = turns = 0;
        side.Reset(now += EventRate.Period * 2);
        now += EventRate.Period * 2;
        for (script = script[1..]; script.Length >= Step; script = script[Step..])
        {
            Act(side, script);
            Turn(side);
        }
        Check(side.Console.Memory);
    }

    public void Dispose()
    {
        foreach (var side in sides)
            side.Dispose();
        logs.Dispose();
        loop.Dispose();
    }

    void Act(Side side, ReadOnlySpan<byte> script)
    {
        uint number = MemoryMarshal.Read<uint>(script[1..]);
        var words = Words(side);
        switch (script[0] % 8)
        {
            case 0: words[script[5] % 4] = number; break;
            case 1: words[script[5] % 4] += number % 4096; break;
            case 2: side.Page[(int)(number % GuestPage.Size)] = script[5]; break;
            case 3: Give(side, script[..Math.Min(script.Length, script[5])]); break;
            case 4: now += number % 1_000_000; break;
            default: Put(side, (int)(number % (ConsolePage.OutputSize + 1)), script[5]); break;
        }
    }

    static Span<uint> Words(Side side) =>
        MemoryMarshal.Cast<byte, uint>(side.Page.Slice(ConsolePage.InputSize + ConsolePage.OutputSize, 16));

    // As a guest does that knows its ring.
    static void Put(Side side, int length, byte first)
    {
        var words = Words(side);
        length = (int)Math.Min((uint)length, ConsolePage.OutputSize - Math.Min(words[3] - words[2], ConsolePage.OutputSize));
        int at = (int)(words[3] % ConsolePage.OutputSize), straight = Math.Min(length, ConsolePage.OutputSize - at);
        Pattern.AsSpan(first, straight).CopyTo(side.Page[(ConsolePage.InputSize + at)..]);
        Pattern.AsSpan(first + straight, length - straight).CopyTo(side.Page[ConsolePage.InputSize..]);
        words[3] += (uint)length;
    }

    // All that is there is taken, or nothing: if the indices are none, if output is kept and there is no space, or if the guest has used up
    // its turns and may have to wait.
    void Turn(Side side)
    {
        var words = Words(side);
        var memory = side.Console.Memory;
        uint from = words[2], to = words[3], used = to - from;
        var output = side.Page.Slice(ConsolePage.InputSize, ConsolePage.OutputSize);
        int at = (int)(from % ConsolePage.OutputSize);
        output[at..].CopyTo(ring);
        output[..at].CopyTo(ring.AsSpan(output.Length - at));
        ulong before = memory.State.Taken;
        bool isFull = side.KeepsOverflow && Sizes.Head + Sizes.Tail - count < ConsolePage.OutputSize;
        bool mayTake = used <= ConsolePage.OutputSize && !isFull;
        side.Console.Turn(now, EventRate.ShortestPause);
        int taken = (int)(memory.State.Taken - before);
        turns++;
        Differs.Unless(taken == 0 || taken == used && mayTake, "what was taken");
        Differs.Unless(taken == used || !mayTake || turns > EventRate.Burst, "what was not taken");
        Differs.From(from + (uint)taken, words[2], "the reader's index");
        Differs.From(to, words[3], "the writer's index");
        if (count + taken > all.Length)
            Array.Resize(ref all, 2 * (count + taken));
        ring.AsSpan(0, taken).CopyTo(all.AsSpan(count));
        count += taken;
        Differs.From((ulong)count, memory.State.Taken, "bytes taken");
    }

    static void Give(Side side, ReadOnlySpan<byte> bytes)
    {
        var words = Words(side);
        uint to = words[1], used = to - words[0];
        int free = used > ConsolePage.InputSize ? 0 : ConsolePage.InputSize - (int)used;
        int given = side.Console.Give(bytes);
        Differs.From(Math.Min(free, bytes.Length), given, "given");
        Differs.From(to + (uint)given, words[1], "the input's index");
        for (int i = 0; i < given; i++)
            Differs.From(bytes[i], side.Page[(int)((to + (uint)i) % ConsolePage.InputSize)], "input");
    }

    // Without a viewer nothing leaves the buffer: it has the first bytes and the newest.
    void Check(ConsoleMemory memory)
    {
        ref var state = ref memory.State;
        int recent = Math.Min(state.Recent, count);
        Differs.From((ulong)(count - recent), memory.OldestRecent, "the oldest byte that is kept");
        Differs.From(recent, memory.CopyRecent(memory.OldestRecent, kept.AsSpan(0, recent)), "recent bytes");
        Differs.From(all.AsSpan(count - recent, recent), kept.AsSpan(0, recent), "recent output");
        int head = Math.Min(count, Sizes.Head), tail = Math.Min(count - head, Sizes.Tail);
        var output = memory.Output;
        int waiting = 0;
        for (var next = output.Next; !next.IsEmpty; next = output.Next)
        {
            next.CopyTo(kept.AsSpan(waiting));
            waiting += next.Length;
            output.Consume(next.Length);
        }
        Differs.From(head + tail, waiting, "bytes that wait");
        Differs.From((ulong)(count - head - tail), state.Output.Dropped, "bytes that were dropped");
        Differs.From(all.AsSpan(0, head), kept.AsSpan(0, head), "the first bytes that wait");
        Differs.From(all.AsSpan(count - tail, tail), kept.AsSpan(head, tail), "the last bytes that wait");
    }

    // A host on which no console gets a pty.
    static ConsoleHost Host(EventLoop loop, OneGuest guest, ConsoleLogs logs, bool keepsOverflow)
    {
        var hypervisor = HypervisorChoice.None() with { EventChannels = guest, GuestMemory = guest };
        return new(loop, hypervisor, new DescriptorStore(), new ConsoleScheduler(loop, guest, null, 0), new ConsoleStore(loop),
            logs, NullLogger.Instance, keepsOverflow, "/nonexistent")
        {
            MakePty = (out int errno) =>
            {
                errno = Errno.ENOSPC;
                return null;
            },
        };
    }
}
