using System.Text;
using Xen.Linux;
using Xen.Protocol.Rings;
using XenConsoled.Tests.Support;

namespace XenConsoled.Tests.Daemon;

/// <summary>What a guest's console does, ring by ring and byte by byte, against the executable.</summary>
public sealed class ConsoleTests : IAsyncLifetime
{
    TestHost host = null!;

    public async Task InitializeAsync() => host = await TestHost.StartAsync("--log=guest");

    public async Task DisposeAsync() => await host.DisposeAsync();

    [Fact]
    public async Task A_guest_talks_to_its_pty_and_hears_what_is_typed()
    {
        using var guest = host.Guest(1);
        using var viewer = new PtyViewer(await guest.CreateAsync(host.Store, "one"));
        guest.Write("login: ");
        viewer.ReadUntil("login: ");
        viewer.Type("root\r");
        Assert.Equal("root\r", guest.ReadText(5));
    }

    [Fact]
    public async Task What_a_guest_wrote_before_the_daemon_came_is_taken_and_it_is_told_that_somebody_listens()
    {
        using var guest = host.Guest(1);
        guest.Output.Put("early\n"u8);
        using var viewer = new PtyViewer(await guest.CreateAsync(host.Store, "one"));
        viewer.ReadUntil("early\n");
        Assert.True(guest.IsConnected);
        Assert.True(guest.TakeEvents() > 0);
    }

    [Fact]
    public async Task Output_is_the_same_at_every_split_of_its_bytes()
    {
        using var guest = host.Guest(1);
        using var viewer = new PtyViewer(await guest.CreateAsync(host.Store, "one"));
        byte[] text = Encoding.UTF8.GetBytes("a line\r\nund öäü\x1b[1mbold\n");
        var expected = new StringBuilder();
        for (int split = 0; split <= text.Length; split++)
        {
            guest.Write(text.AsSpan(0, split));
            guest.WaitUntilTaken();
            guest.Write(text.AsSpan(split));
            expected.Append(Encoding.UTF8.GetString(text));
        }
        guest.Write("END");
        Assert.Equal(expected + "END", viewer.ReadUntil("END"));
        await UntilAsync(() => host.LogOf("one") == expected + "END", "the log is not whole");
    }

    [Fact]
    public async Task The_indices_run_over_the_end_of_32_bits()
    {
        using var guest = host.Guest(1);
        for (int i = 0; i < 4; i++)
            guest.Words[i] = uint.MaxValue - 100;
        using var viewer = new PtyViewer(await guest.CreateAsync(host.Store, "one"));
        string text = new('x', 5000);
        guest.Write(text + "END");
        viewer.ReadUntil("xEND");
        viewer.Type(new string('y', 300));
        Assert.Equal(new string('y', 300), guest.ReadText(300));
    }

    [Theory]
    [InlineData(2, 0u, 3, 2049u)]
    [InlineData(2, 5000u, 3, 4999u)]
    [InlineData(2, 0u, 3, uint.MaxValue)]
    [InlineData(2, uint.MaxValue, 3, 0x7FFF_FFFFu)]
    public async Task Impossible_output_indices_cost_the_guest_its_output_and_nobody_anything(int first, uint one, int second, uint other)
    {
        using var bad = host.Guest(1);
        using var good = host.Guest(2);
        await bad.CreateAsync(host.Store, "bad");
        using var viewer = new PtyViewer(await good.CreateAsync(host.Store, "good"));
        bad.Words[first] = one;
        bad.Words[second] = other;
        for (int i = 0; i < 100; i++)
            bad.Notify();
        good.Write("still here\n");
        viewer.ReadUntil("still here\n");
        await UntilAsync(() => host.Times("invalid indices") == 1, "it is said once: " + host.Said);
        // Possible again: it goes on.
        bad.Words[2] = bad.Words[3] = 7;
        bad.Write("sorry\n");
        await UntilAsync(() => host.LogOf("bad").Contains("sorry", StringComparison.Ordinal), "it is taken again");
    }

    [Theory]
    [InlineData(0u, 5000u)]
    [InlineData(5000u, 0u)]
    public async Task Impossible_input_indices_take_nothing_and_hold_nobody(uint consumed, uint produced)
    {
        using var bad = host.Guest(1);
        using var good = host.Guest(2);
        using var toBad = new PtyViewer(await bad.CreateAsync(host.Store, "bad"));
        using var toGood = new PtyViewer(await good.CreateAsync(host.Store, "good"));
        bad.Words[0] = consumed;
        bad.Words[1] = produced;
        for (int i = 0; i < 50; i++)
            toBad.Type("nobody reads this ");
        toGood.Type("hello");
        Assert.Equal("hello", good.ReadText(5));
    }

    [Fact]
    public async Task A_guest_that_never_reads_stops_its_own_typists_only()
    {
        using var deaf = host.Guest(1);
        using var good = host.Guest(2);
        using var toDeaf = new PtyViewer(await deaf.CreateAsync(host.Store, "deaf"));
        using var toGood = new PtyViewer(await good.CreateAsync(host.Store, "good"));
        byte[] much = new byte[4096];
        Array.Fill(much, (byte)'x');
        int typed = 0;
        for (int tries = 0; tries < 200; tries++, Thread.Sleep(1))
            typed += Math.Max(toDeaf.TryType(much), 0);
        Assert.InRange(typed, ConsolePage.InputSize, 200_000); // what the kernel keeps, and the ring
        toGood.Type("hello");
        Assert.Equal("hello", good.ReadText(5));
        Assert.Equal(new string('x', 3000), deaf.ReadText(3000)); // it may change its mind
    }

    [Fact]
    public async Task What_no_viewer_takes_loses_its_middle()
    {
        using var guest = host.Guest(1);
        string tty = await guest.CreateAsync(host.Store, "one", ("limit", "65536"));
        var all = new StringBuilder();
        for (int i = 0; all.Length < 400_000; i++)
            all.Append(System.Globalization.CultureInfo.InvariantCulture, $"line {i}\n");
        guest.Write(all.ToString());
        guest.WaitUntilTaken();
        using var viewer = new PtyViewer(tty);
        string seen = viewer.ReadUntil(all.ToString()[^1000..]);
        Assert.StartsWith("line 0\nline 1\n", seen, StringComparison.Ordinal);
        Assert.EndsWith(all.ToString()[^1000..], seen, StringComparison.Ordinal);
        Assert.InRange(seen.Length, 65536, 65536 * 5 / 4 + 200_000); // and what the kernel's pty holds
        Assert.Equal((ulong)(all.Length - seen.Length), host.Status(1).GetProperty("dropped").GetUInt64());
        await UntilAsync(() => host.LogOf("one") == all.ToString(), "the log has all of it");
    }

    [Fact]
    public async Task A_guests_last_words_reach_log_and_viewer_although_it_dies_at_once()
    {
        using var guest = host.Guest(1);
        using var viewer = new PtyViewer(await guest.CreateAsync(host.Store, "short"));
        guest.Output.Put("Kernel panic - not syncing: the end\n"u8); // and no event
        await guest.DieAsync(host.Store);
        viewer.ReadUntil("the end\n");
        await UntilAsync(() => host.LogOf("short").EndsWith("the end\n", StringComparison.Ordinal), "the log lacks the end");
        await UntilAsync(() => !File.Exists(Path.Combine(host.Run, "1.pv")), "the console's memory is left");
        await UntilAsync(() => viewer.IsHungUp, "the pty is left");
    }

    [Fact]
    public async Task Guests_whose_names_differ_only_in_bytes_that_are_no_text_have_logs_and_names_of_their_own()
    {
        byte[][] names = [[.. "caf"u8, 0xE8], [.. "caf"u8, 0xE9], [.. "caf\uFFFD"u8]];
        string[] texts = ["caf\uFFFDE8", "caf\uFFFDE9", "caf\uFFFDEF\uFFFDBF\uFFFDBD"];
        for (int i = 0; i < names.Length; i++)
        {
            using var guest = host.Guest((ushort)(i + 1));
            await guest.WriteKeysAsync(host.Store, "");
            await host.Store.WriteAsync($"/local/domain/{guest.Domid}/name", names[i]);
            await host.Store.IntroduceAsync(guest.Domid, 1, 9);
            await guest.TtyAsync(host.Store);
            guest.Write($"I am guest {guest.Domid}\n");
            await UntilAsync(() => host.LogOf(texts[i]) == $"I am guest {guest.Domid}\n", $"the log of {texts[i]}: {host.LogOf(texts[i])}");
            Assert.Equal(texts[i], host.Status(guest.Domid).GetProperty("name").GetString());
        }
    }

    [Fact]
    public async Task A_domid_that_another_domain_has_now_is_another_console()
    {
        string hypervisor = Directory.CreateDirectory(host.HypervisorFolder).FullName;
        File.WriteAllText(Path.Combine(hypervisor, "uuid.1"), "11111111-1111-1111-1111-111111111111");
        using var guest = host.Guest(1);
        await guest.CreateAsync(host.Store, "first");
        guest.Write("I am the first\n");
        await UntilAsync(() => host.LogOf("first") == "I am the first\n", "no log");
        // Between two looks at the list the domain died and its id was used again.
        string uuid = Path.Combine(host.HypervisorFolder, "uuid.1");
        File.WriteAllText(uuid + ".new", "22222222-2222-2222-2222-222222222222");
        File.Move(uuid + ".new", uuid, overwrite: true);
        await host.Store.RemoveAsync("/local/domain/1");
        using var second = host.Guest(1, port: 6);
        await second.WriteKeysAsync(host.Store, "second");
        await host.Store.WriteAsync("/local/domain/1/domid", "1");
        await host.Store.ReleaseAsync(1);
        await host.Store.IntroduceAsync(1, 1, 9);
        // Until it hears of the release, the first console may take the keys for its own, and write its pty's name there.
        await UntilAsync(() => host.Times("has ended with its domain") == 1, "the first console goes on");
        second.Write("I am the second\n");
        await UntilAsync(() => host.LogOf("first") == "I am the first\n" && host.LogOf("second") == "I am the second\n",
            "the logs are mixed up");
        using var viewer = new PtyViewer(await second.TtyAsync(host.Store));
        Assert.Equal("I am the second\n", viewer.ReadUntil("second\n"));
    }

    [Fact]
    public async Task Another_port_is_bound_when_the_key_says_so()
    {
        using var guest = host.Guest(1);
        using var viewer = new PtyViewer(await guest.CreateAsync(host.Store, "one"));
        guest.Write("before\n");
        viewer.ReadUntil("before\n");
        guest.Port = 8;
        await host.Store.WriteAsync("/local/domain/1/console/port", "8");
        await UntilAsync(() => host.Times("connected on port 8") == 1, "the new port is not bound");
        guest.Write("after\n");
        viewer.ReadUntil("after\n");
    }

    /// <summary>
    /// As libxl does at a soft reset (kexec): the domain lives on, its ports are closed, and its nodes are made anew with the tty that they
    /// had.
    /// </summary>
    [Fact]
    public async Task A_guest_that_was_reset_has_its_port_bound_anew_though_it_has_the_same_number()
    {
        using var guest = host.Guest(1);
        string tty = await guest.CreateAsync(host.Store, "one");
        using var viewer = new PtyViewer(tty);
        guest.Write("before\n");
        viewer.ReadUntil("before\n");
        await host.Store.ReleaseAsync(1);
        await host.Store.RemoveAsync("/local/domain/1");
        File.WriteAllText(Path.Combine(host.HypervisorFolder, $"closed.1.{guest.Port}"), "");
        await guest.WriteKeysAsync(host.Store, "one", ("tty", tty));
        await host.Store.IntroduceAsync(1, 1, 9);
        await UntilAsync(() => host.Times("connected on port 5") == 2, "the port is not bound anew");
        guest.Write("after\n");
        viewer.ReadUntil("after\n");
        Assert.Equal(tty, await host.Store.ReadTextAsync(guest.Tty));
    }

    [Fact]
    public async Task A_console_of_type_ioemu_is_left_to_qemu()
    {
        using var guest = host.Guest(1);
        await guest.WriteKeysAsync(host.Store, "one", ("type", "ioemu"));
        await host.Store.IntroduceAsync(1, 1, 9);
        using var other = host.Guest(2);
        await other.CreateAsync(host.Store, "two"); // after which the first would have been served too
        Assert.Equal("", await host.Store.ReadTextAsync(guest.Tty));
        Assert.Equal(1, guest.Bytes[SimulatedGuest.ConnectionOffset]);
    }

    [Fact]
    public async Task Missing_keys_are_waited_for()
    {
        using var guest = host.Guest(1);
        await host.Store.WriteAsync("/local/domain/1/name", "late");
        await host.Store.IntroduceAsync(1, 1, 9);
        await host.Store.WriteAsync("/local/domain/1/console/ring-ref", "77");
        await host.Store.WriteAsync("/local/domain/1/console/port", "no number");
        await Task.Delay(50);
        Assert.Null(await host.Store.ReadTextAsync(guest.Tty));
        await host.Store.WriteAsync("/local/domain/1/console/port", "5");
        using var viewer = new PtyViewer(await guest.TtyAsync(host.Store));
        guest.Write("here\n");
        viewer.ReadUntil("here\n");
    }

    [Fact]
    public async Task The_keys_of_XSA_57_lead_nowhere()
    {
        // Were a guest able to write them: the daemon opens no file that tty or output names, takes no limit without bound, and takes no
        // type but its own.
        using var guest = host.Guest(1);
        string trap = host.File("trap");
        File.WriteAllText(trap, "untouched");
        string tty = await guest.CreateAsync(host.Store, "one", ("limit", "99999999999999"), ("output", "file:" + trap));
        Assert.StartsWith("/dev/pts/", tty, StringComparison.Ordinal);
        await host.Store.WriteAsync(guest.Tty, trap);
        await host.Store.WriteAsync("/local/domain/1/console/limit", "-1");
        guest.Write("hello\n");
        guest.WaitUntilTaken();
        Assert.Equal(64 << 20, host.Status(1).GetProperty("limit").GetInt32());
        Assert.Equal("untouched", File.ReadAllText(trap));
        await host.Store.WriteAsync("/local/domain/1/console/type", "../../xenconsoled");
        await UntilAsync(() => !host.Status(1).GetProperty("connected").GetBoolean(), "another's console is served");
    }

    [Fact]
    public async Task An_emulated_serial_line_is_mapped_by_its_frame_and_has_its_own_log()
    {
        using var guest = host.Guest(1);
        await guest.CreateAsync(host.Store, "arm");
        using var line = Line(3, frame: 99);
        await LineKeysAsync(frame: 99, port: 12);
        using var viewer = new PtyViewer(await LineTtyAsync());
        line.Output.Put("serial\n"u8);
        NotifyAs(1, 12);
        viewer.ReadUntil("serial\n");
        await UntilAsync(() => host.LogOf("arm-vuart0") == "serial\n", "no log");
    }

    [Fact]
    public async Task An_emulated_serial_line_whose_frame_changes_is_mapped_anew()
    {
        using var guest = host.Guest(1);
        await guest.CreateAsync(host.Store, "arm");
        using var first = Line(3, frame: 99);
        using var second = Line(4, frame: 100);
        await LineKeysAsync(frame: 99, port: 12);
        using var viewer = new PtyViewer(await LineTtyAsync());
        first.Output.Put("first\n"u8);
        NotifyAs(1, 12);
        viewer.ReadUntil("first\n");
        second.Output.Put("second\n"u8);
        await LineKeysAsync(frame: 100, port: 12);
        viewer.ReadUntil("second\n");
    }

    [Fact]
    public async Task A_console_that_could_not_be_connected_is_tried_again_and_served_without_an_event()
    {
        using var guest = host.Guest(1);
        guest.Output.Put("waiting\n"u8); // and its only event came before anybody listened
        string unmappable = Path.Combine(host.HypervisorFolder, "unmappable.1"); // its page cannot be had for a while
        File.WriteAllText(unmappable, "");
        // The page by its frame, should its grant have failed just before.
        string frame = Path.Combine(host.HypervisorFolder, "frame.1.77");
        File.CreateSymbolicLink(frame, Path.Combine(host.HypervisorFolder, "console.1"));
        await guest.WriteKeysAsync(host.Store, "one");
        await host.Store.IntroduceAsync(1, 1, 9);
        await host.SaysAsync("cannot be connected: map its ring");
        using var viewer = new PtyViewer(await guest.TtyAsync(host.Store));
        File.Delete(unmappable);
        viewer.ReadUntil("waiting\n", () => host.Said);
        Assert.Equal(1, host.Times("cannot be connected"));
    }

    // An emulated line of domain 1: its page is another simulated guest's.
    SimulatedGuest Line(ushort number, int frame)
    {
        var line = new SimulatedGuest(host.HypervisorFolder, number, 12);
        string link = Path.Combine(host.HypervisorFolder, $"frame.1.{frame}");
        File.CreateSymbolicLink(link, Path.Combine(host.HypervisorFolder, $"console.{number}"));
        return line;
    }

    async Task LineKeysAsync(int frame, int port)
    {
        await host.Store.WriteAsync("/local/domain/1/vuart/0/port", $"{port}");
        await host.Store.WriteAsync("/local/domain/1/vuart/0/ring-ref", $"{frame}");
        // C xenconsoled too looks at the line's keys when the console's change.
        await host.Store.WriteAsync("/local/domain/1/console/limit", "1048576");
    }

    async Task<string> LineTtyAsync()
    {
        string? tty = null;
        for (int waited = 0; tty is not { Length: > 0 } && waited < 60_000; waited += 5, await Task.Delay(5))
            tty = await host.Store.ReadTextAsync("/local/domain/1/vuart/0/tty");
        return tty!;
    }

    void NotifyAs(ushort domid, uint port)
    {
        using var events = FileDescriptor.OpenReadWrite(Path.Combine(host.HypervisorFolder, "evtchn"));
        uint word = (uint)domid << 16 | port;
        events.Write(BitConverter.GetBytes(word));
    }
}
