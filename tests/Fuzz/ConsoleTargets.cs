using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging.Abstractions;
using Xen.Hosting;
using Xen.Hypervisor;
using Xen.Hypervisor.Choice;
using Xen.Linux;
using Xen.Linux.Loop;
using Xen.Protocol.Rings;
using XenConsoled.Client;
using XenConsoled.Consoles;
using XenConsoled.Core;
using XenConsoled.Following;
using XenConsoled.Lines;
using XenConsoled.Logs;
using XenConsoled.Memory;

namespace XenStored.Fuzz;

/// <summary>What a guest can reach of the console daemon and of who looks at its console.</summary>
static class ConsoleTargets
{
    const int Limit = 16 * 1024;

    static readonly LogThread NoLogs = new();

    /// <summary>The bytes are what a guest does to its console's page, with the daemon's turns between.</summary>
    internal static void Ring(ReadOnlySpan<byte> script)
    {
        using var loop = new EventLoop();
        using var page = Mapping.Anonymous(GuestPage.Size);
        var guest = new OneGuest(page);
        using var logs = new ConsoleLogs(loop, NoLogs, ConsoleOptions.Parse([]), 0, NullLogger.Instance);
        var host = Host(loop, guest, logs, keepsOverflow: script.Length % 2 == 1);
        var console = new GuestConsole(host, ConsoleMemory.Create("/nonexistent", new(1, 0, Guid.Empty), ConsoleKind.Pv, Limit));
        console.Apply(new("fuzz", 1, 5, true, Limit));
        var bytes = page.Bytes(GuestPage.Size);
        var words = MemoryMarshal.Cast<byte, uint>(bytes.Slice(ConsolePage.InputSize + ConsolePage.OutputSize, 16));
        long now = 0;
        while (script.Length >= 6)
        {
            uint number = MemoryMarshal.Read<uint>(script[1..]);
            switch (script[0] % 6)
            {
                case 0: words[script[5] % 4] = number; break;
                case 1: words[script[5] % 4] += number % 4096; break;
                case 2: bytes[(int)(number % GuestPage.Size)] = script[5]; break;
                case 3: console.Give(script[..Math.Min(script.Length, script[5])]); break;
                case 4: now += number % 1_000_000; break;
                default: break;
            }
            console.Turn(now, EventRate.ShortestPause);
            Check(console.Memory);
            script = script[6..];
        }
        console.EndGuest();
        Check(console.Memory);
        console.End();
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

    /// <summary>The bytes are a guest's output on its way to a terminal, a log and the journal.</summary>
    internal static void Output(ReadOnlySpan<byte> output)
    {
        var filter = new EscapeFilter();
        var cutter = new LineCutter();
        List<byte> shown = [], logged = [];
        var place = LogPlace.LineStart;
        for (int cut; !output.IsEmpty; output = output[cut..])
        {
            cut = Math.Min(output[0] % 16 + 1, output.Length);
            filter.Add(output[..cut], shown);
            place = LogLines.Format(output[..cut], place, new(true, true), "[t] "u8, logged);
            cutter.Add(output[..cut], line =>
            {
                if (LineCutter.Shown(line).Any(character => char.IsControl(character) && character != '\t'))
                    throw new InvalidOperationException("a control character in the journal");
            });
        }
        if (logged.Contains(0x1B))
            throw new InvalidOperationException("an escape in the log");
        string text = System.Text.Encoding.Latin1.GetString(shown.ToArray());
        if (System.Text.RegularExpressions.Regex.IsMatch(text, @"\x1b\[[0-9;?>=!]*[cnqtp]|\x1b[\]PX^_Z]|\x05"))
            throw new InvalidOperationException("a sequence that a terminal answers");
    }

    static void Check(ConsoleMemory memory)
    {
        ref readonly var state = ref memory.State;
        if (OutputBuffer.Waiting(state.Output) > Limit * 5 / 4 || state.Recent > ConsoleMemory.MostRecent)
            throw new InvalidOperationException("more than the limit waits");
        Span<byte> recent = stackalloc byte[4096];
        for (ulong at = memory.OldestRecent; at < state.Taken; at += (ulong)recent.Length)
            memory.CopyRecent(at, recent);
    }

    sealed class OneGuest(Mapping page) : IEventChannels, IGuestMemory
    {
        public FileDescriptor? Descriptor => null;
        public int BindInterdomain(ushort domid, uint port) => 7;
        public int BindVirq(uint virq) => -Errno.EEXIST;
        public bool Adopt(int port, ushort domid, uint guestPort) => false;
        public void UnbindOthers(IReadOnlySet<int> kept) { }
        public bool IsConnected(int port) => true;
        public (ushort Domid, uint Port)? Reached(int port) => null;
        public void Unbind(int port) { }
        public void Notify(int port) { }
        public int ReadPending(Span<int> ports) => 0;
        public void Unmask(ReadOnlySpan<int> ports) { }

        // The page outlives its mapping, so that the guest goes on with it.
        public GuestPage? MapGrant(ushort domid, uint reference, out int errno)
        {
            errno = 0;
            return new(page);
        }

        public GuestPage? MapFrame(ushort domid, ulong frame, out int errno) => MapGrant(domid, 0, out errno);
        public GuestPage? MapStorePage(ushort domid, out int errno) => MapGrant(domid, 0, out errno);
        public void Dispose() { }
    }
}
