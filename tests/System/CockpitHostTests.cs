using Xen.Support;

namespace SystemTests;

/// <summary>
/// The page for Cockpit on a whole Debian on real Xen, with Debian's Cockpit and both packages of ours. `make test-web-host`.
/// </summary>
[Trait("Category", "Web")]
public sealed class CockpitHostTests
{
    // db is saved at a stop, and web is shut down. The third is made by hand.
    static readonly string Guests = DomainsFacts.Settings + $$"""
        guest db 'priority=9'
        guest web 'requires=db stop=shutdown'
        cat >/root/hand.cfg <<'END'
        {{new GuestConfig("hand") { CommandLine = "console=hvc0 quiet panic=-1 talks" }.Text}}
        END

        """;

    [Theory]
    [InlineData("4.17")]
    [InlineData("4.20")]
    public void The_page_shows_a_real_host_as_it_is_and_somebody_stops_starts_and_types_at_its_guests(string version)
    {
        int port = FreePort.Find();
        using var host = SystemdHostTests.Installed(
            new(version, "cockpit", Network(port, 9090)), Suite.PagePackageTree, Guests, forGuests: 200);
        host.Run(DomainsFacts.Shell + "up db; up web", 300).Ok();
        double before = SystemdHostTests.Uptime(host, "db");
        var played = Scenes.Play(host, $"https://127.0.0.1:{port}", version);
        File.WriteAllText(Path.Combine(Suite.Logs, $"{version}-cockpit.scenes"), played.Text + host.Run("journalctl -b | tail -200").Text);
        played.Ok();
        Assert.True(SystemdHostTests.Uptime(host, "db") > before, "db was booted anew, and not saved and restored");
    }

    /// <summary>What QEMU needs so that a port of this machine is one of the host.</summary>
    internal static string[] Network(int port, int ofHost) =>
    [
        "-netdev", $"user,id=browser,restrict=on,hostfwd=tcp:127.0.0.1:{port}-10.0.2.15:{ofHost}",
        "-device", "virtio-net-pci,netdev=browser,romfile=",
    ];
}
