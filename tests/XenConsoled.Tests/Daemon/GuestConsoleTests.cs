using System.Text;
using Xen.Hypervisor;
using Xen.Hypervisor.Answers;
using Xen.Linux;
using Xen.Linux.Loop;
using Xen.Linux.Terminals;
using Xen.Protocol.Rings;
using XenConsoled.Consoles;
using XenConsoled.Core;
using XenConsoled.Following;
using XenConsoled.Life;
using XenConsoled.Memory;
using XenConsoled.Tests.Support;

namespace XenConsoled.Tests.Daemon;

/// <summary>One console in this process, turn by turn.</summary>
public sealed class GuestConsoleTests : OneGuest
{
    bool hasPtys = true;
    readonly long now = 1_000_000;

    [Fact]
    public void Without_a_pty_output_is_kept_and_goes_to_the_one_that_is_made_later()
    {
        hasPtys = false;
        var console = New();
        console.Apply(Keys);
        Assert.Equal(ConsolePhase.Lacking, console.Phase);
        guest.Output.Put("kept\n"u8);
        console.Turn(now, 0);
        Assert.Equal(5, OutputBuffer.Waiting(console.Memory.State.Output));
        hasPtys = true;
        console.Restore();
        Assert.Equal(ConsolePhase.Served, console.Phase);
        using var viewer = new PtyViewer(console.PtyPath!);
        console.Turn(now, 0);
        viewer.ReadUntil("kept\n");
        console.End();
    }

    [Fact]
    public void A_pty_that_broke_is_renewed()
    {
        var console = New();
        console.Apply(Keys);
        string before = console.PtyPath!;
        using var keepsNumber = FileDescriptor.OpenReadWrite(before);
        console.Ready(Readiness.HangUp);
        Assert.NotEqual(before, console.PtyPath);
        Assert.Equal(2, console.PtysMade);
        guest.Output.Put("again\n"u8);
        using var viewer = new PtyViewer(console.PtyPath!);
        console.Turn(now, 0);
        viewer.ReadUntil("again\n");
        console.End();
    }

    [Fact]
    public void Bytes_that_were_kept_and_of_which_the_guest_was_not_told_are_not_taken_twice()
    {
        var console = New();
        console.Apply(Keys);
        guest.Output.Put("once\n"u8);
        uint before = guest.Words[2];
        console.Turn(now, 0);
        console.Leave();
        guest.Words[2] = before; // as if the process had died in between
        var again = new GuestConsole(Host(), ConsoleMemory.TryOpen(Path.Combine(folder, "1.pv"))!);
        again.Memory.State.Port = 0;
        again.Restore();
        again.Turn(now, 0);
        Assert.Equal(5UL, again.Memory.State.Taken);
        Assert.Equal(guest.Words[3], guest.Words[2]);
        again.End();
    }

    [Fact]
    public void A_guest_that_was_told_once_that_somebody_listens_is_never_told_otherwise()
    {
        var console = New();
        console.Apply(Keys);
        Assert.True(guest.IsConnected);
        console.Leave();
        Assert.True(guest.IsConnected);
    }

    [Fact]
    public void A_page_that_the_toolstack_made_anew_is_connected_with_the_next_key_though_the_port_is_the_same()
    {
        var console = New();
        console.Apply(Keys);
        guest.Bytes[SimulatedGuest.ConnectionOffset] = 1;
        console.Apply(Keys);
        Assert.True(guest.IsConnected);
        console.End();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(4096)]
    [InlineData(1 << 20)]
    public void A_file_that_is_no_consoles_memory_is_left_alone(int length)
    {
        string path = Path.Combine(folder, "9.pv");
        File.WriteAllBytes(path, [.. Enumerable.Repeat((byte)0xA5, length)]);
        Assert.Null(ConsoleMemory.TryOpen(path));
        Assert.True(File.Exists(path));
    }

    [Fact]
    public void Memory_whose_state_would_lead_beyond_its_rooms_is_not_believed()
    {
        string path = Path.Combine(folder, "1.pv");
        using (var memory = ConsoleMemory.Create(folder, new(1, 0, Guid.Empty), ConsoleKind.Pv, 65536))
        {
            memory.State.Tail = 1 << 30;
            memory.Publish();
        }
        Assert.Null(ConsoleMemory.TryOpen(path));
        using (var memory = ConsoleMemory.Create(folder, new(1, 0, Guid.Empty), ConsoleKind.Pv, 65536))
            memory.Append("kept"u8);
        using (var memory = ConsoleMemory.TryOpen(path)!)
            Assert.Equal(0UL, memory.State.Taken); // what was not published
    }

    [Fact]
    public void A_disk_that_stands_still_stalls_no_console_and_what_it_missed_is_said_in_the_log()
    {
        string path = Path.Combine(folder, "guest-one.log");
        using var stalls = new ManualResetEventSlim();
        logThread.Do(stalls.Wait);
        var console = New("--log=guest");
        console.Apply(Keys);
        var all = new StringBuilder();
        for (int i = 0; all.Length < 500_000; i++)
        {
            string line = $"line {i}\n";
            all.Append(line);
            guest.Output.Put(Encoding.ASCII.GetBytes(line));
            console.Turn(now + i * EventRate.Period, 0);
            console.FinishLog();
            Assert.Equal(guest.Words[3], guest.Words[2]); // all was taken
        }
        stalls.Set();
        for (var limit = System.Diagnostics.Stopwatch.StartNew(); !console.FinishLog();)
        {
            Assert.True(limit.ElapsedMilliseconds < 60_000, "the log does not recover");
            loop.At(loop.Now + 10, () => { });
            loop.Iterate(mayWait: true, () => false);
        }
        string text = File.ReadAllText(path);
        ulong lost = console.Memory.State.LogLost;
        Assert.True(lost > 100_000);
        string marker = $"[xenconsoled: {lost} bytes lost]\n";
        int at = text.IndexOf(marker, StringComparison.Ordinal);
        Assert.True(at >= 0, "the loss is not said");
        string before = text[..at].TrimEnd('\n'), after = text[(at + marker.Length)..];
        Assert.StartsWith(before, all.ToString(), StringComparison.Ordinal);
        Assert.EndsWith(after, all.ToString(), StringComparison.Ordinal);
        console.End();
    }

    [Fact]
    public async Task A_hypervisor_that_does_not_tell_its_domains_ends_no_console_and_one_whose_domain_is_gone_ends()
    {
        var domains = new FailingDomains(hypervisor.Domains);
        await using var store = new ConsoleStore(loop);
        var consoles = new ConsoleTable(Host() with { Hypervisor = hypervisor with { Domains = domains }, Store = store });
        consoles.DomainsChanged();
        consoles.KeysCame(new(1, ConsoleKind.Pv), Keys);
        Assert.Single(consoles.All);
        domains.Fails = true;
        consoles.DomainsChanged();
        File.WriteAllText(Path.Combine(folder, "hv", "dead.1"), "");
        consoles.DomainsChanged();
        Assert.Single(consoles.All);
        domains.Fails = false;
        consoles.DomainsChanged();
        Assert.Empty(consoles.All);
        Assert.Single(consoles.Ending);
        consoles.Ending.First().End();
    }

    [Fact]
    public void Where_there_is_no_folder_for_it_a_console_works_with_memory_of_the_process()
    {
        using var memory = ConsoleMemory.Create(Path.Combine(folder, "none"), new(1, 0, Guid.Empty), ConsoleKind.Pv, 65536);
        Assert.False(memory.IsKept);
        Assert.Contains("No such file or directory", memory.WhyNotKept, StringComparison.Ordinal);
        for (int i = 0; i < 100; i++)
            memory.Append(new byte[2048]);
        Assert.Equal(204800UL, memory.State.Taken);
        Assert.InRange(OutputBuffer.Waiting(memory.State.Output), 65536, 65536 * 5 / 4);
    }

    [Fact]
    public void A_guest_that_floods_and_waits_for_each_notification_has_a_turn_of_sixteen_rings()
    {
        const int RingsOfTurn = 16;
        bool writesOn = false;
        int writes = 0;
        var channels = new WatchedChannels(hypervisor.EventChannels, () =>
        {
            if (writesOn && ++writes < 2 * RingsOfTurn)
                guest.Output.Put(new byte[ConsolePage.OutputSize]);
        });
        var console = new GuestConsole(HostOf(channels), NewMemory());
        console.Apply(Keys);
        BeginFlood(console);
        ulong before = console.Memory.State.Taken;
        writesOn = true;
        guest.Output.Put(new byte[ConsolePage.OutputSize]);
        console.Turn(now, 0);
        Assert.Equal((ulong)(RingsOfTurn * ConsolePage.OutputSize), console.Memory.State.Taken - before);
        Assert.Equal(RingsOfTurn, writes);
        console.End();
    }

    [Fact]
    public void A_guest_that_floods_and_writes_on_by_itself_is_notified_less_often_than_its_ring_is_taken()
    {
        int told = 0, fills = 0;
        bool hasEnded = false;
        var console = new GuestConsole(HostOf(new WatchedChannels(hypervisor.EventChannels, () => told++)), NewMemory());
        console.Apply(Keys);
        BeginFlood(console);
        var writer = new Thread(() =>
        {
            byte[] bytes = new byte[ConsolePage.OutputSize];
            while (!Volatile.Read(ref hasEnded))
                guest.Output.Put(bytes);
        });
        writer.Start();
        try
        {
            // A writer that has no processor at the moment looks like one that waits, so not each turn shows it.
            Until(() =>
            {
                ulong before = console.Memory.State.Taken;
                told = 0;
                console.Turn(now, 0);
                fills = (int)((console.Memory.State.Taken - before) / ConsolePage.OutputSize);
                return fills > 4 && told < fills / 2;
            }, () => $"{told} notifications for {fills} fills");
        }
        finally
        {
            Volatile.Write(ref hasEnded, true);
            writer.Join(); // before its ring is unmapped
        }
        console.End();
    }

    [Fact]
    public void A_guest_that_floods_is_notified_after_the_last_of_its_bytes_was_taken()
    {
        int used = -1;
        var console = new GuestConsole(HostOf(new WatchedChannels(hypervisor.EventChannels, () => used = guest.Output.Used)), NewMemory());
        console.Apply(Keys);
        BeginFlood(console);
        guest.Output.Put(new byte[100]);
        used = -1;
        console.Turn(now, 0);
        Assert.Equal(0, used);
        console.End();
    }

    void BeginFlood(GuestConsole console)
    {
        while (!console.IsFlooding)
        {
            guest.Output.Put("more\n"u8);
            console.Turn(now, 0);
        }
    }

    ConsoleMemory NewMemory() => ConsoleMemory.Create(folder, new(1, 0, Guid.Empty), ConsoleKind.Pv, 65536);

    sealed class FailingDomains(IDomains domains) : IDomains
    {
        public int SetHandle(ushort domid, Guid handle) => -Errno.EPERM;
        internal bool Fails { get; set; }

        public bool TryStatus(ushort domid, out DomainStatus status) => domains.TryStatus(domid, out status);
        public int List(List<DomainInfo> into) => Fails ? -Errno.EACCES : domains.List(into);
        public void Dispose() => domains.Dispose();
    }

    ConsoleHost Host(params string[] options) => HostOf(options: ["--log-dir=" + folder, .. options]) with
    {
        MakePty = (out int errno) =>
        {
            errno = Errno.ENOSPC;
            return hasPtys ? Pty.TryMake(out errno) : null;
        },
    };

    GuestConsole New(params string[] options) => new(Host(options), NewMemory());
}
