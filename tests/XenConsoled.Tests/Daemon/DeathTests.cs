using XenConsoled.Consoles;
using XenConsoled.Core;
using XenConsoled.Memory;
using XenConsoled.Tests.Support;

namespace XenConsoled.Tests.Daemon;

/// <summary>A process dies between two lines of a console's Pump: the next one has every byte once.</summary>
public sealed class DeathTests : OneGuest
{
    const string First = "before the death\n", Second = "after it\n";

    string Kept => Path.Combine(folder, "1.pv");

    [Fact]
    public void Before_its_bytes_are_published_they_are_in_the_ring()
    {
        uint consumed = guest.Words[2];
        var console = Begin(() => { });
        string died = Copy();
        Write(console);
        AssertOnce(died, consumed);
    }

    [Fact]
    public void Between_published_and_taken_from_the_ring_they_are_skipped_there()
    {
        uint consumed = guest.Words[2];
        string died = "";
        var console = Begin(() => died = Copy());
        Write(console);
        AssertOnce(died, consumed);
    }

    [Fact]
    public void Before_the_guest_is_told_they_are_in_the_memory_and_out_of_the_ring()
    {
        string died = "";
        uint consumed = 0;
        var console = Begin(() => (died, consumed) = (Copy(), guest.Words[2]));
        Write(console);
        Assert.Equal(guest.Words[3], consumed); // the guest is told last
        AssertOnce(died, consumed);
    }

    [Fact]
    public void After_the_turn_all_that_a_pty_took_is_known_to_be_taken()
    {
        var console = Begin(() => { });
        using var viewer = new PtyViewer(console.PtyPath!);
        Write(console);
        viewer.ReadUntil(First);
        string died = Copy();
        using var found = ConsoleMemory.TryOpen(died)!;
        Assert.Equal((ulong)First.Length, found.State.Taken);
        Assert.Equal(0, OutputBuffer.Waiting(found.State.Output));
        console.End();
    }

    void Write(GuestConsole console)
    {
        guest.Output.Put(System.Text.Encoding.ASCII.GetBytes(First));
        console.Turn(1_000_000, 0);
    }

    // The next process finds this memory, and the guest's ring consumed so far.
    void AssertOnce(string died, uint consumed)
    {
        File.Delete(Kept); // the dead process has it mapped
        File.Copy(died, Kept);
        guest.Words[2] = consumed;
        var next = Console(ConsoleMemory.TryOpen(Kept)!, () => { });
        next.Memory.State.Port = 0;
        next.Restore();
        guest.Output.Put(System.Text.Encoding.ASCII.GetBytes(Second));
        next.Turn(2_000_000, 0);
        byte[] all = new byte[First.Length + Second.Length];
        Assert.Equal((ulong)all.Length, next.Memory.State.Taken);
        next.Memory.CopyRecent(0, all);
        Assert.Equal(First + Second, System.Text.Encoding.ASCII.GetString(all));
        Assert.Equal(guest.Words[3], guest.Words[2]);
        next.End();
    }

    string Copy()
    {
        string copy = Path.Combine(folder, Guid.NewGuid().ToString("N"));
        File.Copy(Kept, copy);
        return copy;
    }

    GuestConsole Begin(Action isTold)
    {
        var console = Console(ConsoleMemory.Create(folder, new(1, 0, Guid.Empty), ConsoleKind.Pv, 65536), isTold);
        console.Apply(Keys);
        return console;
    }

    GuestConsole Console(ConsoleMemory memory, Action isTold) => new(HostOf(new WatchedChannels(hypervisor.EventChannels, isTold)), memory);
}
