using Microsoft.Extensions.Logging.Abstractions;
using Xen.Hosting;
using Xen.Hypervisor;
using Xen.Loop;
using Xen.Posix;
using XenConsoled.Consoles;
using XenConsoled.Core;
using XenConsoled.Tests.Support;

namespace XenConsoled.Tests.Daemon;

/// <summary>One console in this process, turn by turn.</summary>
public sealed class GuestConsoleTests : IDisposable
{
    readonly string folder = Directory.CreateDirectory("/dev/shm/xg" + Guid.NewGuid().ToString("N")[..10]).FullName;
    readonly EventLoop loop = new();
    readonly Hypervisor hypervisor;
    readonly SimulatedGuest guest;
    bool hasPtys = true;
    readonly long now = 1_000_000;

    public GuestConsoleTests()
    {
        hypervisor = Hypervisor.Simulated(Path.Combine(folder, "hv"));
        guest = new(Path.Combine(folder, "hv"), 1);
    }

    public void Dispose()
    {
        guest.Dispose();
        hypervisor.Dispose();
        loop.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void Without_a_pty_output_is_kept_and_goes_to_the_one_that_is_made_later()
    {
        hasPtys = false;
        var console = New();
        Assert.False(console.Apply(Keys));
        guest.Page.Output.Put("kept\n"u8);
        console.Turn(now, 0);
        Assert.Equal(5, OutputBuffer.Waiting(console.Memory.State.Output));
        hasPtys = true;
        Assert.True(console.Restore());
        using var viewer = new PtyViewer(console.PtyPath!);
        console.Turn(now, 0);
        viewer.ReadUntil("kept\n");
        console.End();
    }

    [Fact]
    public void A_pty_that_broke_is_renewed()
    {
        var console = New();
        Assert.True(console.Apply(Keys));
        string before = console.PtyPath!;
        using var keepsNumber = FileDescriptor.OpenReadWrite(before);
        console.Ready(Readiness.HangUp);
        Assert.NotEqual(before, console.PtyPath);
        Assert.Equal(2, console.Counters.Ptys);
        guest.Page.Output.Put("again\n"u8);
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
        guest.Page.Output.Put("once\n"u8);
        uint before = guest.Words[2];
        console.Turn(now, 0);
        console.Leave(tells: false);
        guest.Words[2] = before; // as if the process had died in between
        var again = new GuestConsole(Host, ConsoleMemory.TryOpen(Path.Combine(folder, "1.pv"))!);
        again.Memory.State.Port = 0;
        again.Restore();
        again.Turn(now, 0);
        Assert.Equal(5UL, again.Memory.State.Taken);
        Assert.Equal(guest.Words[3], guest.Words[2]);
        again.End();
    }

    [Fact]
    public void A_guest_learns_that_nobody_listens_any_more_where_its_toolstack_knows_of_it()
    {
        var console = New();
        console.Apply(Keys);
        Assert.True(guest.Page.IsConnected);
        console.Leave(tells: true);
        Assert.False(guest.Page.IsConnected);
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
    public void Where_there_is_no_folder_for_it_a_console_works_with_memory_of_the_process()
    {
        using var memory = ConsoleMemory.Create(Path.Combine(folder, "none"), new(1, 0, Guid.Empty), ConsoleKind.Pv, 65536);
        Assert.False(memory.IsKept);
        for (int i = 0; i < 100; i++)
            memory.Append(new byte[2048]);
        Assert.Equal(204800UL, memory.State.Taken);
        Assert.InRange(OutputBuffer.Waiting(memory.State.Output), 65536, 65536 * 5 / 4);
    }

    ConsoleKeys Keys => new("one", 77, guest.Port, true, 65536);

    ConsoleHost Host => new(loop, hypervisor, new DescriptorStore(), NullLogger.Instance, false, folder)
    {
        MakePty = (out int errno) =>
        {
            errno = Errno.ENOSPC;
            return hasPtys ? Pty.TryMake(out errno) : null;
        },
    };

    GuestConsole New() => new(Host, ConsoleMemory.Create(folder, new(1, 0, Guid.Empty), ConsoleKind.Pv, 65536));
}
