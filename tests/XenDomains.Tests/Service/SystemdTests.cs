using Xen.Client;
using XenDomains.Tests.Images;

namespace XenDomains.Tests.Service;

/// <summary>The service under systemd, its bus and its logind, with the tests' toolstack, in the container that tests/Systemd/run.sh boots. In order, for each goes on from the one before.</summary>
[Trait("Category", "Systemd")]
public sealed class SystemdTests
{
    const string Xl = "/var/lib/xl";

    [Fact]
    public async Task The_life_of_a_service()
    {
        // The guests of the consoles' tests left homes, and a domain that has a home and no record of libxl's is another toolstack's.
        await using (var store = StoreClient.ConnectSocket(StoreClient.DefaultSocket))
            await store.RemoveAsync("/local/domain");

        // Ready when the guests run.
        Guest("db", "");
        Guest("web", "# xendomains: requires=db");
        File.WriteAllText("/run/xl-environment", $"XL={Xl}\nXL_HELPER=1\nXL_SLEEP=1\n");
        Run("systemctl", "start", "xendomains");
        Assert.Equal("db web", Running());
        Assert.Equal("active", Run("systemctl", "is-active", "xendomains"));
        Assert.Equal("start: 2 of 2 guests went well", Status());
        Assert.Contains("runs", Run("journalctl", "-u", "xendomains", "XEN_DOMAIN_NAME=web", "-o", "cat", "--no-pager"), StringComparison.Ordinal);

        // What guests leave behind is in units of its own, which the host stops after the guests.
        string[] scopes = Run("systemctl", "list-units", "--plain", "--no-legend", "xen-guest-*").Split('\n');
        Assert.Equal(2, scopes.Length);
        string scope = scopes[0].Split(' ')[0];
        Assert.Contains("xendomains.service", Run("systemctl", "show", "-p", "Before", "--value", scope), StringComparison.Ordinal);
        Assert.Equal("xen-guests.slice", Run("systemctl", "show", "-p", "Slice", "--value", scope));

        // logind delays a shutdown for it, and the bus has it.
        Assert.Contains("xendomains", Run("systemd-inhibit", "--list", "--no-pager"), StringComparison.Ordinal);
        Assert.Contains("\"db\" 1 \"running\"", Call("List"), StringComparison.Ordinal);
        Assert.Contains("save within", Call("Plan", "s", "stop").Replace("\\\"", "\"", StringComparison.Ordinal).Replace("\"way\": \"save\"", "save within", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Equal("b true", Call("Stop", "as", "1", "web"));
        Assert.Equal("db", Running());
        Assert.Equal("b true", Call("Start", "as", "1", "web"));
        Assert.Equal("db web", Running());
        Assert.Contains("Access denied", RunAs("nobody", "busctl", "call", "org.xendaemons.Domains1", "/org/xendaemons/Domains1", "org.xendaemons.Domains1", "Stop", "as", "0"), StringComparison.OrdinalIgnoreCase);
        Assert.Equal("db web", Running());

        // Killed, it is back, and nothing of the guests is gone or started again.
        string pid = MainPid(), calls = Creations();
        Run("kill", "-9", pid);
        Until(() => MainPid() is not "0" && MainPid() != pid && Status().StartsWith("start: ", StringComparison.Ordinal), "it is not back");
        Assert.Equal("db web", Running());
        Assert.Equal(calls, Creations());
        Assert.Equal(2, Run("pgrep", "-c", "-f", "sleep 100000").Length > 0 ? int.Parse(Run("pgrep", "-c", "-f", "sleep 100000"), System.Globalization.CultureInfo.InvariantCulture) : 0);

        // Settings are read anew without stopping anybody.
        Run("systemctl", "reload", "xendomains");
        Until(() => Run("journalctl", "-u", "xendomains", "-o", "cat", "--no-pager").Contains("were read again", StringComparison.Ordinal), "it does not read again");
        Assert.Equal("db web", Running());

        // A shutdown stops them before anything else is stopped; one that comes to nothing (its target is an empty one here) brings them back.
        File.WriteAllText("/run/systemd/system/poweroff.target", "[Unit]\nDescription=Nothing\n");
        Run("systemctl", "daemon-reload");
        Run("systemctl", "poweroff");
        Until(() => Run("journalctl", "-u", "xendomains", "-o", "cat", "--no-pager").Contains("the host stays up: guests are started again", StringComparison.Ordinal), "nobody says that the host stays up");
        Until(() => Running() == "db web" && Status().StartsWith("start: ", StringComparison.Ordinal), "guests are not back");
        Assert.Equal("", string.Join(' ', Directory.EnumerateFiles("/var/lib/xen/save")));
        File.Delete("/run/systemd/system/poweroff.target");
        Run("systemctl", "daemon-reload");
        Assert.Equal("b true", Call("Start", "as", "1", "web"));

        // A stop that takes longer than systemd's limit is not cut: the limit is 12 s here, and each save takes 10, one after the other.
        File.WriteAllText($"{Xl}/save-sleep", "10");
        Run("systemctl", "stop", "xendomains");
        Assert.Equal("", Running());
        Assert.Equal(["db", "web"], Directory.EnumerateFiles("/var/lib/xen/save").Select(Path.GetFileName).Order());
        Assert.Equal("success", Run("systemctl", "show", "-p", "Result", "--value", "xendomains"));
        Assert.Contains("stop: ", Run("journalctl", "-u", "xendomains", "-o", "cat", "--no-pager"), StringComparison.Ordinal);
    }

    static void Guest(string name, string more)
    {
        Directory.CreateDirectory("/etc/xen/auto");
        Directory.CreateDirectory($"{Xl}/images");
        File.WriteAllText($"/etc/xen/auto/{name}", $"name = \"{name}\"\n{more}\n");
        File.WriteAllBytes($"{Xl}/images/{Convert.ToHexStringLower(System.Text.Encoding.UTF8.GetBytes(name))}", ImageBytes.Of(name));
    }

    static string Running() => string.Join(' ', Directory.EnumerateFiles($"{Xl}/domains").Select(file => File.ReadLines(file).First()).Order(StringComparer.Ordinal));

    static string Creations() => string.Join('\n', File.ReadLines($"{Xl}/calls").Where(call => call.StartsWith("create", StringComparison.Ordinal) && !call.Contains("--dryrun", StringComparison.Ordinal)));

    static string MainPid() => Run("systemctl", "show", "-p", "MainPID", "--value", "xendomains");

    static string Status() => Run("systemctl", "show", "-p", "StatusText", "--value", "xendomains");

    static string Call(string method, params string[] arguments) => Run("busctl", ["--timeout=120", "call", "org.xendaemons.Domains1", "/org/xendaemons/Domains1", "org.xendaemons.Domains1", method, .. arguments]);

    static void Until(Func<bool> condition, string otherwise) => Wait.Until(condition, () => otherwise + "\n" + Run("journalctl", "-u", "xendomains", "--no-pager"));

    static string Run(string program, params string[] arguments) => RunAs(null, [program, .. arguments]);

    static string RunAs(string? user, params string[] words)
    {
        string[] command = user is null ? words : ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", .. words];
        var (_, output, errors) = Programs.Run(command[0], command[1..]);
        return output.Trim() is { Length: > 0 } printed ? printed : errors.Trim();
    }
}
