using Xen.Client;
using XenDomains.Tests.Images;

namespace XenDomains.Tests.Service;

/// <summary>
/// The service under systemd, its bus and its logind, with the tests' toolstack, in the container that tests/Systemd/run.sh boots. The
/// parts of the test have an order, for each goes on from the one before.
/// </summary>
[Trait("Category", "Systemd")]
public sealed class SystemdTests
{
    const string Xl = "/var/lib/xl", Domains = "org.xendaemons.Domains1", Place = "/org/xendaemons/Domains1";

    [Fact]
    public async Task The_life_of_a_service()
    {
        // The guests of the consoles' tests left homes, and a domain that has a home and no record of libxl's is another toolstack's.
        await using (var store = StoreClient.ConnectSocket(StoreClient.DefaultSocket))
            await store.RemoveAsync("/local/domain");
        Is_ready_when_the_guests_run();
        What_guests_leave_behind_is_in_units_of_its_own();
        Logind_delays_a_shutdown_for_it_and_the_bus_has_it();
        Killed_it_is_back_and_no_guest_is_gone_or_started_again();
        Settings_are_read_anew_without_stopping_anybody();
        A_shutdown_that_comes_to_nothing_brings_the_guests_back();
        A_stop_that_takes_longer_than_systemds_limit_is_not_cut();
    }

    static void Is_ready_when_the_guests_run()
    {
        Guest("db", "");
        Guest("web", "# xendomains: requires=db");
        File.WriteAllText("/run/xl-environment", $"XL={Xl}\nXL_HELPER=1\nXL_SLEEP=1\n");
        Run("systemctl", "start", "xendomains");
        Assert.Equal("db web", Running());
        Assert.Equal("active", Run("systemctl", "is-active", "xendomains"));
        Assert.Equal("start: 2 of 2 guests went well", Status());
        Assert.Contains("runs", Run("journalctl", "-u", "xendomains", "XEN_DOMAIN_NAME=web", "-o", "cat", "--no-pager"),
            StringComparison.Ordinal);
    }

    // The host stops these units after the guests.
    static void What_guests_leave_behind_is_in_units_of_its_own()
    {
        string[] scopes = Run("systemctl", "list-units", "--plain", "--no-legend", "xen-guest-*").Split('\n');
        Assert.Equal(2, scopes.Length);
        string scope = scopes[0].Split(' ')[0];
        Assert.Contains("xendomains.service", Run("systemctl", "show", "-p", "Before", "--value", scope), StringComparison.Ordinal);
        Assert.Equal("xen-guests.slice", Run("systemctl", "show", "-p", "Slice", "--value", scope));
    }

    static void Logind_delays_a_shutdown_for_it_and_the_bus_has_it()
    {
        Assert.Contains("xendomains", Run("systemd-inhibit", "--list", "--no-pager"), StringComparison.Ordinal);
        Assert.Contains("\"db\" 1 \"running\"", Call("List"), StringComparison.Ordinal);
        string plan = Call("Plan", "s", "stop").Replace("\\\"", "\"", StringComparison.Ordinal)
            .Replace("\"way\": \"save\"", "save within", StringComparison.Ordinal);
        Assert.Contains("save within", plan, StringComparison.Ordinal);
        Assert.Equal("b true", Call("Stop", "as", "1", "web"));
        Assert.Equal("db", Running());
        Assert.Equal("b true", Call("Start", "as", "1", "web"));
        Assert.Equal("db web", Running());
        string[] stop = ["busctl", "call", Domains, Place, Domains, "Stop", "as", "0"];
        Assert.Contains("Access denied", RunAs("nobody", stop), StringComparison.OrdinalIgnoreCase);
        Assert.Equal("db web", Running());
    }

    static void Killed_it_is_back_and_no_guest_is_gone_or_started_again()
    {
        string pid = MainPid(), calls = Creations();
        Run("kill", "-9", pid);
        Until(() => MainPid() is not "0" && MainPid() != pid && Status().StartsWith("start: ", StringComparison.Ordinal), "it is not back");
        Assert.Equal("db web", Running());
        Assert.Equal(calls, Creations());
        Assert.Equal(2, Run("pgrep", "-c", "-f", "sleep 100000").Length > 0
            ? int.Parse(Run("pgrep", "-c", "-f", "sleep 100000"), System.Globalization.CultureInfo.InvariantCulture)
            : 0);
    }

    static void Settings_are_read_anew_without_stopping_anybody()
    {
        Run("systemctl", "reload", "xendomains");
        Until(() => Journal().Contains("were read again", StringComparison.Ordinal), "it does not read again");
        Assert.Equal("db web", Running());
    }

    // A shutdown stops the guests before anything else is stopped. Its target is an empty one here, and so the host stays up.
    static void A_shutdown_that_comes_to_nothing_brings_the_guests_back()
    {
        File.WriteAllText("/run/systemd/system/poweroff.target", "[Unit]\nDescription=Nothing\n");
        Run("systemctl", "daemon-reload");
        Run("systemctl", "poweroff");
        Until(() => Journal().Contains("the host stays up: guests are started again", StringComparison.Ordinal),
            "nobody says that the host stays up");
        Until(() => Running() == "db web" && Status().StartsWith("start: ", StringComparison.Ordinal), "guests are not back");
        Assert.Equal("", string.Join(' ', Directory.EnumerateFiles("/var/lib/xen/save")));
        File.Delete("/run/systemd/system/poweroff.target");
        Run("systemctl", "daemon-reload");
        Assert.Equal("b true", Call("Start", "as", "1", "web"));
    }

    // The limit is 12 s here, and each save takes 10, one after the other.
    static void A_stop_that_takes_longer_than_systemds_limit_is_not_cut()
    {
        File.WriteAllText($"{Xl}/save-sleep", "10");
        Run("systemctl", "stop", "xendomains");
        Assert.Equal("", Running());
        Assert.Equal(["db", "web"], Directory.EnumerateFiles("/var/lib/xen/save").Select(Path.GetFileName).Order());
        Assert.Equal("success", Run("systemctl", "show", "-p", "Result", "--value", "xendomains"));
        Assert.Contains("stop: ", Journal(), StringComparison.Ordinal);
    }

    static void Guest(string name, string more)
    {
        Directory.CreateDirectory("/etc/xen/auto");
        Directory.CreateDirectory($"{Xl}/images");
        File.WriteAllText($"/etc/xen/auto/{name}", $"name = \"{name}\"\n{more}\n");
        File.WriteAllBytes($"{Xl}/images/{Convert.ToHexStringLower(System.Text.Encoding.UTF8.GetBytes(name))}", ImageBytes.Of(name));
    }

    static string Running() =>
        string.Join(' ', Directory.EnumerateFiles($"{Xl}/domains").Select(file => File.ReadLines(file).First())
            .Order(StringComparer.Ordinal));

    static string Creations() =>
        string.Join('\n', File.ReadLines($"{Xl}/calls")
            .Where(call => call.StartsWith("create", StringComparison.Ordinal) && !call.Contains("--dryrun", StringComparison.Ordinal)));

    static string Journal() => Run("journalctl", "-u", "xendomains", "-o", "cat", "--no-pager");

    static string MainPid() => Run("systemctl", "show", "-p", "MainPID", "--value", "xendomains");

    static string Status() => Run("systemctl", "show", "-p", "StatusText", "--value", "xendomains");

    static string Call(string method, params string[] arguments) =>
        Run("busctl", ["--timeout=120", "call", Domains, Place, Domains, method, .. arguments]);

    static void Until(Func<bool> condition, string otherwise) =>
        Wait.Until(condition, () => otherwise + "\n" + Run("journalctl", "-u", "xendomains", "--no-pager"));

    static string Run(string program, params string[] arguments) => RunAs(null, [program, .. arguments]);

    static string RunAs(string? user, params string[] words)
    {
        string[] command = user is null ? words : ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", .. words];
        var (_, output, errors) = Programs.Run(command[0], command[1..]);
        return output.Trim() is { Length: > 0 } printed ? printed : errors.Trim();
    }
}
