using System.Globalization;

namespace SystemTests;

/// <summary>Our console daemon beneath Debian's own `xl console` and `xl create -c`, and its own client.</summary>
public abstract class ConsoleFacts(XenHost host)
{
    const int Lines = 300; // SEQUENCE lines of a guest that talks

    static GuestConfig Talking(string name) => new(name) { CommandLine = "console=hvc0 quiet talks" };

    [Fact]
    public void The_only_console_daemon_is_ours()
    {
        Assert.Equal("/usr/sbin/xenconsoled", host.Run("readlink /proc/$(cat /run/xen/xenconsoled.kept)/exe").Ok());
        Assert.Equal("1", host.Run("pgrep -x xenconsoled | wc -l").Ok());
    }

    [Fact, Trait("Category", "Interfaces")]
    public void The_hypervisors_log_holds_its_boot_messages()
    {
        string log = host.Run("cat /var/log/xen/console/hypervisor.log").Ok();
        string[] ring = host.Run("xl dmesg").Lines();
        Assert.NotEmpty(ring);
        Assert.All(ring, line => Assert.Contains(line.Trim(), log, StringComparison.Ordinal));
    }

    [Theory, Trait("Category", "Interfaces")]
    [InlineData(false)]
    [InlineData(true)]
    public void Xl_console_attaches_is_typed_into_detaches_and_attaches_again(bool isPvh)
    {
        using var guest = Guest.Boot(host, Talking("talker") with { IsPvh = isPvh });
        for (int time = 1; time <= 2; time++)
        {
            using var terminal = new Terminal(host, "xl console talker");
            terminal.Type($"hello {time}\r");
            terminal.See($"HEARD: hello {time}");
            terminal.Type("\x1d");
            terminal.End(expected: 0);
        }
        using var ours = new Terminal(host, "xenconsoled attach talker");
        ours.Type("hello from ours\r");
        ours.See("HEARD: hello from ours");
        ours.Type("pasted\x1d");
        ours.End(expected: 0);
    }

    [Fact]
    public void Xl_create_c_shows_a_guests_boot_from_its_first_line()
    {
        host.Run($"cat >/root/shown.cfg <<'END'\n{Talking("shown").Text}\nEND").Ok();
        using var guest = Guest.Named(host, "shown");
        using var terminal = new Terminal(host, "xl create -c /root/shown.cfg");
        terminal.See("GUEST: up after");
        string seen = terminal.Seen;
        AssertSequence(seen, "xl create -c");
        terminal.Type("\x1d");
        terminal.End(expected: 0);
        AssertSequence(LogOf("shown"), "the log");
    }

    [Fact, Trait("Category", "Once")]
    public void Twenty_guests_boot_at_once_and_each_log_is_whole_and_in_order()
    {
        const int Guests = 20;
        for (int i = 1; i <= Guests; i++)
            host.Run($"cat >/root/many{i}.cfg <<'END'\n{Talking($"many{i}").Text}\nEND\nrm -f /var/log/xen/console/guest-many{i}.log").Ok();
        try
        {
            host.Run($"for i in $(seq {Guests}); do xl create -q /root/many$i.cfg || exit; done", 300).Ok();
            // One whose kernel the emulation breaks is not waited for: the test is played again.
            host.Await($"[ $(grep -l 'GUEST: up after' /var/log/xen/console/guest-many*.log | wc -l) = {Guests} ]"
                + $" || [ $(xl list | grep -c ^many) -lt {Guests} ]", 400);
            for (int i = 1; i <= Guests; i++)
                AssertSequence(LogOf($"many{i}"), $"many{i}");
        }
        finally
        {
            host.Run($"for i in $(seq {Guests}); do xl destroy many$i; done", 200);
        }
    }

    [Fact]
    public void Killed_while_a_guest_boots_and_talks_it_loses_nothing_and_the_attached_console_lives()
    {
        host.Run("rm -f /var/log/xen/console/guest-survivor.log").Ok();
        using var guest = Guest.Create(host, Talking("survivor"));
        using var terminal = new Terminal(host, "xl console survivor");
        terminal.See("SEQUENCE 20 of");
        // Killed in the middle, more than once, and each time back at once.
        host.Run("for i in 1 2 3; do pid=$(cat /run/xen/xenconsoled.kept); kill -9 $pid;"
            + " until new=$(cat /run/xen/xenconsoled.kept); [ -n \"$new\" ] && [ \"$new\" != $pid ]; do sleep 0.02; done;"
            + " sleep 0.1; done").Ok();
        guest.WaitUntilUp();
        terminal.See($"SEQUENCE {Lines} of {Lines}");
        terminal.Type("are you there\r");
        terminal.See("HEARD: are you there");
        terminal.Type("\x1d");
        terminal.End(expected: 0);
        host.Await("grep -q 'HEARD: are you there' /var/log/xen/console/guest-survivor.log");
        AssertSequence(LogOf("survivor"), "the log");
    }

    [Fact, Trait("Category", "Once")]
    public void Our_client_follows_a_guest_over_its_reboot()
    {
        using var guest = Guest.Boot(host, Talking("phoenix"));
        int before = guest.Domid;
        using var terminal = new Terminal(host, "xenconsoled attach --follow --lines=5 phoenix");
        terminal.Type("first life\r");
        terminal.See("HEARD: first life");
        host.Run("xl reboot phoenix").Ok();
        terminal.See("is gone; waiting for the next of this name");
        terminal.See($"SEQUENCE {Lines} of {Lines}");
        guest.WaitUntilUp();
        Assert.NotEqual(before, guest.Domid);
        terminal.Type("second life\r");
        terminal.See("HEARD: second life");
        terminal.Type("\x1d");
        terminal.End(expected: 0);
    }

    [Fact]
    public void The_status_tells_of_each_console()
    {
        using var guest = Guest.Boot(host, Talking("told"));
        string[] lines = host.Run("xenconsoled status").Lines();
        Assert.Contains("hypervisor Xen " + host.Version, lines[0], StringComparison.Ordinal);
        Assert.Contains(lines, line => line.Contains(" told ", StringComparison.Ordinal)
            && line.Contains("/dev/pts/", StringComparison.Ordinal)
            && line.Contains("guest-told.log", StringComparison.Ordinal));
        string json = host.Run("xenconsoled status --json").Ok();
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"\"domid\": {guest.Domid}"), json, StringComparison.Ordinal);
    }

    string LogOf(string name) => host.Run($"cat /var/log/xen/console/guest-{name}.log").Text;

    // Each numbered line once, whole, in order. The kernel's own messages may come between lines, and within one that was being written.
    internal static void AssertSequence(string text, string where)
    {
        var numbers = text.Split('\n')
            .Where(line => line.StartsWith("SEQUENCE ", StringComparison.Ordinal)).Select(line => line.TrimEnd('\r')).ToList();
        Assert.True(numbers.Count >= Lines, $"{where}: {numbers.Count} of {Lines} lines");
        for (int i = 0; i < Lines; i++)
            Assert.Equal($"SEQUENCE {i + 1} of {Lines}: a line that must be in the log, whole and in its place", numbers[i]);
    }
}
