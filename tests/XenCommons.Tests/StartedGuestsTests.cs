namespace XenCommons.Tests;

/// <summary>The doctor looks at the guests that xendomains starts, and at no other file.</summary>
public sealed class StartedGuestsTests : IDisposable
{
    const string Wrong = "name = \"old\"\nvif = [ 'bridge=br99' ]\n";

    readonly HostFolder host = new();

    public void Dispose() => host.Dispose();

    // Met where an editor was open, and after upgrades: each gave an error about a bridge.
    [Theory]
    [InlineData("web.cfg~")]
    [InlineData(".web.cfg.swp")]
    [InlineData("#web.cfg#")]
    [InlineData("web.cfg.dpkg-old")]
    [InlineData("web.cfg.rpmnew")]
    [InlineData("web.cfg.pacsave")]
    [InlineData("kept/web.cfg")]
    public void What_editors_and_package_managers_left_is_no_guest(string name)
    {
        host.Write("/etc/xen/auto/" + name, Wrong);
        Assert.Empty(host.Found());
    }

    // Met where somebody kept a copy beside the guest: its bridge was an error.
    [Theory]
    [InlineData("name = 'old'", "name = \"old\"", true)]
    [InlineData("memory=64; name='old'", "type='pvh'; name=\"old\"", true)]
    [InlineData("name=\"o'brien\"", "name=\"o'hara\"", false)]
    [InlineData("name='web'", "name='web'\nname='web2'", false)] // the last counts
    [InlineData("name='web'", "rename='web'", false)]
    public void A_second_file_of_one_name_is_no_guest(string first, string second, bool isCopy)
    {
        host.Write("/etc/xen/auto/1", first + "\n");
        host.Write("/etc/xen/auto/2", second + "\nvif = [ 'bridge=br99' ]\n");
        Assert.Equal(isCopy ? [] : ["there is no bridge br99, which a guest wants"], host.Found().Select(finding => finding.What));
    }

    // Met where only a link to a guest of another disk was there: xendomains was said to be missed.
    [Fact]
    public void A_link_that_leads_to_nothing_is_no_guest()
    {
        Directory.CreateDirectory(host.At("/etc/xen/auto"));
        File.CreateSymbolicLink(host.At("/etc/xen/auto/gone"), "/no/such/guest");
        Assert.Empty(host.Found());
    }

    // Who opens a pipe waits for somebody who writes, for ever.
    [Fact]
    public void A_pipe_among_the_configurations_is_not_waited_for()
    {
        Directory.CreateDirectory(host.At("/etc/xen/auto"));
        Fifo.Make(host.At("/etc/xen/auto/pipe"));
        Assert.Empty(host.Found());
    }

    [Theory]
    [InlineData("/etc/default/xendomains", "XENDOMAINS_AUTO=/srv/guests")]
    [InlineData("/etc/default/xendomains", "# XENDOMAINS_AUTO=/etc/xen/auto\nXENDOMAINS_AUTO=\"/srv/guests\" # ours")]
    [InlineData("/etc/sysconfig/xendomains", "XENDOMAINS_AUTO='/srv/guests'")]
    [InlineData("/etc/conf.d/xendomains", "AUTODIR=/srv/guests")]
    [InlineData("/etc/conf.d/xendomains", "AUTODIR=/etc/xen/auto\nXENDOMAINS_AUTO=/srv/guests")]
    public void The_folder_is_that_of_xendomains_settings(string file, string settings)
    {
        host.Write(file, settings + "\n");
        host.Write("/srv/guests/web", Wrong);
        host.Write("/etc/xen/auto/old", "vif = [ 'bridge=br98' ]\n");
        var finding = Assert.Single(host.Found());
        Assert.Equal(("there is no bridge br99, which a guest wants", "/srv/guests/web"), (finding.What, finding.Source));
    }

    // NixOS's file begins by reading another; xendomains follows it, and takes nothing from what may never happen.
    [Theory]
    [InlineData("source /nix/store/x-xen/etc/default/xendomains\n")]
    [InlineData("XENDOMAINS_AUTO=/srv/guests\nif [ -e /etc/xen/maintenance ]; then\n  XENDOMAINS_AUTO=\nfi\n")]
    public void Settings_are_read_as_xendomains_reads_them(string settings)
    {
        host.Write("/etc/default/xendomains", settings);
        host.Write("/nix/store/x-xen/etc/default/xendomains", "XENDOMAINS_AUTO=/srv/guests\n");
        host.Write("/srv/guests/web", Wrong);
        Assert.Equal("/srv/guests/web", Assert.Single(host.Found()).Source);
    }

    [Fact]
    public void Of_several_files_of_settings_the_first_counts_as_for_xendomains()
    {
        host.Write("/etc/default/xendomains", "XENDOMAINS_AUTO=/etc/xen/auto\n");
        host.Write("/etc/conf.d/xendomains", "AUTODIR=/srv/guests\n");
        host.Write("/srv/guests/web", Wrong);
        Assert.Empty(host.Found());
    }

    [Theory]
    [InlineData("XENDOMAINS_AUTO=", false)]
    [InlineData("AUTODIR=", true)] // Gentoo's script takes its own default then
    public void Settings_that_name_no_folder(string settings, bool isLookedAt)
    {
        host.Write("/etc/conf.d/xendomains", settings + "\n");
        host.Write("/etc/xen/auto/web", Wrong);
        Assert.Equal(isLookedAt ? ["bridges"] : [], host.Found().Select(finding => finding.Topic));
    }

    [Fact]
    public void A_folder_with_nothing_but_leftovers_needs_no_xendomains()
    {
        host.Remove("/etc/runlevels/xen/xendomains");
        host.Remove("/etc/xen/auto/web");
        host.Write("/etc/xen/auto/web~", Wrong);
        Assert.Empty(host.Found());
    }
}
