using XenDomains.Configuration;

namespace XenDomains.Tests.Configuration;

/// <summary>
/// What a variable means that a file does not set. The file is known by what it says and by where it is. The meaning is that of the file's
/// own script.
/// </summary>
public sealed class DistributionTests
{
    const string DebiansFile = "XENDOMAINS_MIGRATE=\"\"\nXENDOMAINS_SAVE=/var/lib/xen/save\nXENDOMAINS_RESTORE=true\n"
        + "XENDOMAINS_AUTO=/etc/xen/auto\nXENDOMAINS_STOP_MAXWAIT=300\n";
    const string AlpinesFile = "AUTODIR=/etc/xen/auto\nPARALLEL_SHUTDOWN=yes\nXENDOMAINS_CREATE_USLEEP=5000000\n";

    [Theory]
    [InlineData(DebiansFile, "/etc/default/xendomains", "debian", "Debian")] // Debian 12 and 13
    [InlineData(DebiansFile, "/etc/default/xendomains", "ubuntu debian", "Debian")]
    [InlineData(DebiansFile, "/tmp/copy", "", "Debian")]
    [InlineData("", "/etc/default/xendomains", "debian", "Debian")] // emptied, or all commented out
    [InlineData(DebiansFile + "PARALLEL_SHUTDOWN=no\n", "/etc/default/xendomains", "debian", "Debian")]
    [InlineData("XENDOMAINS_SAVE=\nXENDOMAINS_AUTO_ONLY=true\n", "/etc/default/xendomains", "arch", "Xen")]
    [InlineData("XENDOMAINS_AUTO=/srv/guests\n", "/etc/sysconfig/xendomains", "fedora", "Xen")]
    [InlineData("XENDOMAINS_AUTO=/srv/guests\n", "/etc/sysconfig/xendomains", "opensuse-leap suse opensuse", "SUSE")]
    [InlineData("XENDOMAINS_SAVE=\n", "/etc/default/xendomains", "nixos", "NixOS")]
    [InlineData("AUTODIR=/etc/xen/auto\nPARALLEL_SHUTDOWN=yes\n", "/etc/conf.d/xendomains", "gentoo", "Gentoo")]
    [InlineData("AUTODIR=/etc/xen/auto\nPARALLEL_SHUTDOWN=yes\n", "/tmp/copy", "debian", "Gentoo")]
    // With USE=screen all else is commented out.
    [InlineData("SCREEN=\"yes\"\nSCREEN_NAME=\"xen\"\nSCREEN_LOG_INTERVAL=\"1\"\n", "/etc/conf.d/xendomains", "gentoo", "Gentoo")]
    [InlineData("", "/etc/conf.d/xendomains", "gentoo", "Gentoo")]
    [InlineData(AlpinesFile, "/etc/conf.d/xendomains", "alpine", "Alpine")]
    [InlineData(AlpinesFile + "XENDOMAINS_CONSOLE=\"tmux\"\n", "/tmp/copy", "", "Alpine")]
    // This file is ours, at the place where OpenRC looks for it.
    [InlineData("XENDOMAINS_AUTO=/etc/xen/auto\nXENDOMAINS_SAVE=\nXENDOMAINS_AUTO_ONLY=true\n", "/etc/conf.d/xendomains", "gentoo", "Xen")]
    public void A_file_is_known_by_what_it_says_and_where_it_is(string text, string file, string host, string name) =>
        Assert.Equal(name, DomainsConfig.Parse(text, file, host.Split(' ')).Distribution.Name);

    [Fact]
    public void Debians_script_stops_every_guest_and_shuts_down_who_is_not_saved()
    {
        var config = DomainsConfig.Parse(DebiansFile, "/etc/default/xendomains", ["debian"]);
        Assert.True(config is { AutoOnly: false, Saves: true, ShutsDown: true, Restores: true, StopsOneByOne: false });
        Assert.True(config is { SaveFolder: "/var/lib/xen/save", AutoFolder: "/etc/xen/auto" });
        var emptied = DomainsConfig.Parse("", "/etc/default/xendomains", ["debian"]);
        Assert.True(emptied is { AutoOnly: false, Saves: false, ShutsDown: true, AutoFolder: null });
    }

    [Fact]
    public void Upstreams_script_takes_what_is_not_set_for_empty_but_nobody_is_cut_off_for_it()
    {
        var config = DomainsConfig.Parse("XENDOMAINS_AUTO=/etc/xen/auto\nXENDOMAINS_SYSRQ=\"\"\n", "/etc/sysconfig/xendomains", ["fedora"]);
        Assert.True(config is { AutoOnly: false, Saves: false, ShutsDown: true, MaxWait: null, StopsOneByOne: false });
    }

    [Fact]
    public void Gentoos_and_Alpines_shut_the_folders_guests_down_for_as_long_as_it_takes_and_save_nobody()
    {
        var gentoo = DomainsConfig.Parse("AUTODIR=\nPARALLEL_SHUTDOWN=yes\n", "/etc/conf.d/xendomains", ["gentoo"]);
        Assert.True(gentoo is { AutoOnly: true, Saves: false, ShutsDown: true, ShutsDownOthers: true, StopsOneByOne: false });
        Assert.True(gentoo is { MaxWait: null, AutoFolder: "/etc/xen/auto" });
        Assert.Equal("/var/lib/xen/save", gentoo.SaveFolder); // what an administrator saved by hand is restored
        Assert.True(DomainsConfig.Parse("", "/etc/conf.d/xendomains", ["gentoo"]).StopsOneByOne);
        var alpine = DomainsConfig.Parse(AlpinesFile, "/etc/conf.d/xendomains", ["alpine"]);
        Assert.True(alpine is { AutoOnly: true, Saves: false, ShutsDownOthers: false, StopsOneByOne: false });
    }

    [Fact]
    public void What_a_file_sets_counts_whoever_wrote_it()
    {
        var config = DomainsConfig.Parse(
            "AUTODIR=/etc/xen/auto\nXENDOMAINS_SAVE=/save\nXENDOMAINS_AUTO_ONLY=false\nXENDOMAINS_STOP_MAXWAIT=60\n",
            "/etc/conf.d/xendomains", ["gentoo"]);
        Assert.True(config is { AutoOnly: false, Saves: true, SaveFolder: "/save" });
        Assert.Equal(TimeSpan.FromSeconds(60), config.MaxWait);
        Assert.True(DomainsConfig.Parse(DebiansFile + "XENDOMAINS_AUTO_ONLY=true\n", "/etc/default/xendomains", ["debian"]).AutoOnly);
    }

    [Fact]
    public void Without_a_file_the_scripts_that_work_without_go_on_as_they_did()
    {
        Assert.True(DomainsConfig.WithoutFile(["ubuntu", "debian"]) is { AutoFolder: null, AutoOnly: false, ShutsDown: true });
        Assert.True(DomainsConfig.WithoutFile(["gentoo"]) is { AutoFolder: "/etc/xen/auto", Saves: false });
        Assert.Null(DomainsConfig.WithoutFile(["fedora"])); // upstream's ends with status 6
        Assert.Null(DomainsConfig.WithoutFile([]));
    }

    [Theory]
    [InlineData("ID=debian\n", "debian")]
    [InlineData("NAME=\"openSUSE Leap\"\nID=\"opensuse-leap\"\nID_LIKE=\"suse opensuse\"\n", "opensuse-leap suse opensuse")]
    [InlineData("ID='Alpine'", "alpine"), InlineData("NAME=x\n", "")]
    public void A_host_says_what_it_is(string text, string words)
    {
        string file = Path.GetTempFileName();
        File.WriteAllText(file, text);
        Assert.Equal(words, string.Join(' ', Distribution.Host(file)));
        File.Delete(file);
        Assert.Empty(Distribution.Host(file));
    }
}
