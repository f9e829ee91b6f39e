using System.Diagnostics;
using System.Text;
using Xen.Linux;
using XenConsoled.Tests.Support;

namespace XenConsoled.Tests.Daemon;

/// <summary>Our own client: several viewers, replay, following a guest over its reboots.</summary>
public sealed class AttachTests : IAsyncLifetime
{
    TestHost host = null!;

    public async Task InitializeAsync() => host = await TestHost.StartAsync();

    public async Task DisposeAsync() => await host.DisposeAsync();

    [Fact]
    public async Task Several_look_at_once_beside_the_pty_and_one_of_them_only_looks()
    {
        using var guest = host.Guest(1);
        using var pty = new PtyViewer(await guest.CreateAsync(host.Store, "one"));
        using var writer = Attach("one");
        using var looker = Attach("--read-only", "1");
        await ViewersAsync(2);
        guest.Write("hello all\n");
        pty.ReadUntil("hello all\n");
        await writer.ReadUntilAsync("hello all\n");
        await looker.ReadUntilAsync("hello all\n");
        looker.Type("not for the guest");
        writer.Type("for the guest");
        Assert.Equal("for the guest", guest.ReadText("for the guest".Length));
    }

    [Fact]
    public async Task Who_comes_late_is_shown_the_last_lines()
    {
        using var guest = host.Guest(1);
        await guest.CreateAsync(host.Store, "one");
        guest.Write(string.Concat(Enumerable.Range(0, 50).Select(number => $"line {number}\n")) + "login: ");
        guest.WaitUntilTaken();
        using var client = Attach("--lines=3", "one");
        await client.ReadUntilAsync("login: ");
        Assert.Equal("line 48\nline 49\nlogin: ", client.Seen);
        using var other = Attach("--lines=0", "one");
        await ViewersAsync(2);
        guest.Write("root\n");
        await other.ReadUntilAsync("root\n");
        Assert.Equal("root\n", other.Seen);
    }

    [Fact]
    public async Task Escape_ends_it_wherever_it_stands_in_what_was_pasted()
    {
        using var guest = host.Guest(1);
        await guest.CreateAsync(host.Store, "one");
        using var client = Attach("one");
        await ViewersAsync(1);
        client.Type("pasted\x1dnot this");
        Assert.Equal(0, await client.EndAsync());
        Assert.Equal("pasted", guest.ReadText(6));
        using var own = Attach("--escape=^a", "one");
        await ViewersAsync(1);
        own.Type("x\u001dy\u0001");
        Assert.Equal(0, await own.EndAsync());
        Assert.Equal("x\u001dy", guest.ReadText(3));
    }

    [Fact]
    public async Task It_follows_a_guest_to_its_next_domid()
    {
        using var client = Attach("--follow", "--lines=100", "one");
        await client.HearAsync("there is no domain one yet");
        using (var guest = host.Guest(1))
        {
            await guest.CreateAsync(host.Store, "one");
            guest.Write("first life\n");
            await client.ReadUntilAsync("first life\n");
            await guest.DieAsync(host.Store);
        }
        await client.HearAsync("domain 1 (one) is gone");
        using var next = host.Guest(2);
        await next.CreateAsync(host.Store, "one");
        next.Write("second life\n");
        await client.ReadUntilAsync("second life\n");
        client.Type("hello again");
        Assert.Equal("hello again", next.ReadText("hello again".Length));
    }

    // A guest that is called like another one's domid was shown in its place, or the other in the place of this one.
    [Fact]
    public async Task A_number_is_a_domid_unless_it_is_said_to_be_a_name()
    {
        using var first = host.Guest(1);
        using var second = host.Guest(2, 6);
        using var byDomid = Attach("--follow", "2");
        using var byName = Attach("--follow", "--by-name", "--", "2");
        await byDomid.HearAsync("there is no domain 2 yet");
        await byName.HearAsync("there is no domain 2 yet");
        await first.CreateAsync(host.Store, "2");
        await second.CreateAsync(host.Store, "one");
        first.Write("called 2\n");
        second.Write("domain 2\n");
        await byDomid.ReadUntilAsync("domain 2\n");
        await byName.ReadUntilAsync("called 2\n");
        Assert.Equal(("domain 2\n", "called 2\n"), (byDomid.Seen, byName.Seen));
    }

    [Fact]
    public async Task Without_follow_it_ends_with_the_guest()
    {
        using var guest = host.Guest(1);
        await guest.CreateAsync(host.Store, "one");
        using var client = Attach("one");
        await ViewersAsync(1);
        await guest.DieAsync(host.Store);
        Assert.Equal(0, await client.EndAsync());
        await client.HearAsync("domain 1 (one) is gone");
    }

    [Fact]
    public async Task A_guest_cannot_talk_to_the_terminal()
    {
        using var guest = host.Guest(1);
        await guest.CreateAsync(host.Store, "one");
        guest.Write("\x1b[1mbold\x1b[0m \x1b]0;owned\x07\x1b[6n\x1b[c\x1bP+q\x1b\\plain\n");
        guest.WaitUntilTaken();
        using var client = Attach("one");
        await client.ReadUntilAsync("plain\n");
        Assert.Equal("\x1b[1mbold\x1b[0m plain\n", client.Seen);
        using var raw = Attach("--raw", "one");
        await raw.ReadUntilAsync("plain\n");
        Assert.Contains("\x1b]0;owned\x07", raw.Seen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_does_not_read_loses_output_and_holds_nobody()
    {
        using var guest = host.Guest(1);
        using var pty = new PtyViewer(await guest.CreateAsync(host.Store, "one"));
        using var deaf = Attach("one");
        await ViewersAsync(1);
        deaf.Stop();
        var reading = Task.Run(() => pty.ReadUntil("THE END"));
        for (int i = 0; i < 600; i++)
            guest.Write(new string('x', 2000) + "\n");
        guest.Write("THE END");
        await reading;
        deaf.Go();
        await UntilAsync(() =>
        {
            guest.Write("again\n"); // the loss is told with the first output that finds room again
            return deaf.Heard.Contains("bytes were not shown", StringComparison.Ordinal);
        }, "the loss is not told");
        await deaf.ReadUntilAsync("again\n");
    }

    [Fact]
    public async Task It_follows_a_guest_that_is_there_again_before_the_old_ones_last_words_are_gone()
    {
        using var guest = host.Guest(1);
        await guest.CreateAsync(host.Store, "one");
        using var client = Attach("--follow", "one");
        guest.Write("nobody reads the pty\n");
        await client.ReadUntilAsync("nobody reads the pty\n");
        using var next = host.Guest(2);
        await guest.DieAsync(host.Store); // and lingers, for its pty was not read
        await next.CreateAsync(host.Store, "one");
        next.Write("second life\n");
        await client.ReadUntilAsync("second life\n");
    }

    // Seen on Xen 4.17: the toolstack calls what a migration leaves behind NAME--migratedaway before it ends it.
    [Fact]
    public async Task It_follows_a_guest_that_has_migrated_within_its_host()
    {
        using var sent = host.Guest(1);
        await sent.CreateAsync(host.Store, "one");
        using var client = Attach("--follow", "one");
        await ViewersAsync(1);
        using var received = host.Guest(2);
        await received.CreateAsync(host.Store, "one--incoming");
        await host.Store.WriteAsync("/local/domain/1/name", "one--migratedaway");
        await host.Store.WriteAsync("/local/domain/2/name", "one");
        await sent.DieAsync(host.Store);
        received.Write("on the other side\n");
        await client.ReadUntilAsync("on the other side\n");
    }

    [Fact]
    public async Task It_is_there_again_after_the_daemon_was_started_anew()
    {
        using var guest = host.Guest(1);
        await guest.CreateAsync(host.Store, "one");
        using var client = Attach("one");
        await ViewersAsync(1);
        host.Daemon.Kill();
        await client.HearAsync("waiting for it to be back");
        await host.StartDaemonAsync();
        await ViewersAsync(1);
        client.Type("hello again");
        Assert.Equal("hello again", guest.ReadText("hello again".Length));
    }

    [Fact]
    public async Task Escape_is_heard_although_the_guest_takes_nothing_of_what_was_pasted()
    {
        using var guest = host.Guest(1);
        await guest.CreateAsync(host.Store, "deaf");
        using var client = Attach("deaf");
        var typing = Task.Run(() => client.Type(new string('x', 2_000_000) + "\x1d"));
        Assert.Equal(0, await client.EndAsync());
        await typing;
    }

    [Theory]
    [InlineData(22, "attach: a domain's name or domid is needed", "attach")]
    [InlineData(22, "unknown option --wrong", "attach", "--wrong", "one")]
    [InlineData(22, "one domain is needed", "attach", "one", "two")]
    [InlineData(1, "there is no console of a domain --wrong", "attach", "--run-dir={run}", "--", "--wrong")]
    [InlineData(22, "one character, or ^ and a letter", "attach", "--escape=abc", "one")]
    [InlineData(1, "there is no console of a domain nobody", "attach", "--run-dir={run}", "nobody")]
    [InlineData(1, "does our xenconsoled run?", "attach", "--run-dir=/nonexistent", "one")]
    [InlineData(1, "does our xenconsoled run?", "status", "--run-dir=/nonexistent")]
    [InlineData(22, "--json takes no value", "status", "--json=yes")]
    [InlineData(22, "--lines many: a number", "attach", "--lines=many", "one")]
    public void What_cannot_be_is_said_in_a_sentence(int expected, string sentence, params string[] arguments)
    {
        string[] words = [.. arguments.Select(argument => argument.Replace("{run}", host.Run, StringComparison.Ordinal))];
        var (status, _, errors) = host.RunProgram("xenconsoled", words);
        Assert.Contains(sentence, errors, StringComparison.Ordinal);
        Assert.Equal(expected, status);
    }

    [Fact]
    public async Task Another_user_is_refused_and_named_although_the_socket_lets_it_in()
    {
        if (ResourceLimits.UserId != 0)
            return; // only root can be another user
        File.SetUnixFileMode(Path.Combine(host.Run, "socket"), (UnixFileMode)0x1B6 /* 0666 */);
        File.SetUnixFileMode(host.Run, (UnixFileMode)0x1ED /* 0755 */);
        string program = host.File("xenconsoled"); // where that user may go
        File.Copy(Checkout.Program("xenconsoled"), program);
        File.SetUnixFileMode(host.Folder, (UnixFileMode)0x1ED);
        var (status, _, errors) = Programs.Run(
            "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", program, "status", "--run-dir=" + host.Run);
        Assert.Equal(1, status);
        Assert.Contains("only root and the daemon's own user", errors, StringComparison.Ordinal);
        await host.SaysAsync("uid 65534");
    }

    Task ViewersAsync(int count) =>
        UntilAsync(() => host.Status(1).GetProperty("viewers").GetInt32() == count, $"there are not {count} viewers");

    AttachedClient Attach(params string[] arguments) => new(host, arguments);

    sealed class AttachedClient : IDisposable
    {
        readonly Process process;
        readonly StringBuilder seen = new(), heard = new();

        internal AttachedClient(TestHost host, string[] arguments)
        {
            process = Process.Start(host.Describe("xenconsoled", ["attach", "--run-dir=" + host.Run, .. arguments]))!;
            Keep(process.StandardOutput.BaseStream, seen);
            Keep(process.StandardError.BaseStream, heard);
        }

        internal string Seen { get { lock (seen) return seen.ToString(); } }
        internal string Heard { get { lock (heard) return heard.ToString(); } }

        internal void Type(string text)
        {
            process.StandardInput.Write(text);
            process.StandardInput.Flush();
        }

        internal Task ReadUntilAsync(string text) =>
            UntilAsync(() => Seen.Contains(text, StringComparison.Ordinal), $"\"{text}\" does not come: {Heard}");

        internal Task HearAsync(string text) => UntilAsync(() => Heard.Contains(text, StringComparison.Ordinal), $"\"{text}\" is not said");

        internal async Task<int> EndAsync()
        {
            await process.WaitForExitAsync(new CancellationTokenSource(LimitMs).Token);
            return process.ExitCode;
        }

        internal void Stop() => Programs.Signal(process.Id, "STOP");

        internal void Go() => Programs.Signal(process.Id, "CONT");

        public void Dispose()
        {
            if (!process.HasExited)
                process.Kill();
            process.Dispose();
        }

        static void Keep(Stream from, StringBuilder into) => Task.Run(async () =>
        {
            byte[] bytes = new byte[65536];
            for (int count; (count = await from.ReadAsync(bytes)) > 0;)
                lock (into)
                    into.Append(Encoding.UTF8.GetString(bytes, 0, count));
        });
    }
}
