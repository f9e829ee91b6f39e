using Xen.Hosting.Settings;
using XenDomains.Configuration;

namespace XenDomains.Tests.Configuration;

/// <summary>The file of settings: upstream's variables as a shell would read them, Gentoo's, ours, and what is wrong with it.</summary>
public sealed class SettingsTests
{
    [Fact]
    public void Upstreams_file_means_what_it_says()
    {
        var config = DomainsConfig.Parse("""
            ## Type: string
            XENDOMAINS_SYSRQ=""
            XENDOMAINS_USLEEP=100000
            XENDOMAINS_CREATE_USLEEP=5000000
            XENDOMAINS_MIGRATE=""
            XENDOMAINS_SAVE=/var/lib/xen/save
            XENDOMAINS_SHUTDOWN="--wait"
            XENDOMAINS_SHUTDOWN_ALL="--all --wait"
            XENDOMAINS_RESTORE=true
            XENDOMAINS_AUTO=/etc/xen/auto
            XENDOMAINS_AUTO_ONLY=true
            XENDOMAINS_STOP_MAXWAIT=300
            """, "xendomains");
        Assert.Empty(config.Faults);
        Assert.Contains("XENDOMAINS_CREATE_USLEEP has no meaning any more", Assert.Single(config.Remarks), StringComparison.Ordinal);
        Assert.Equal("/var/lib/xen/save", config.SaveFolder);
        Assert.Equal("/etc/xen/auto", config.AutoFolder);
        Assert.Empty(config.Migrate);
        Assert.True(config is { Restores: true, AutoOnly: true, Destroys: true, Saves: true, ShutsDown: true, ShutsDownOthers: true });
        Assert.Equal(TimeSpan.FromSeconds(300), config.MaxWait);
    }

    [Fact]
    public void What_is_empty_switches_its_step_off()
    {
        var config = DomainsConfig.Parse("XENDOMAINS_SAVE=\nXENDOMAINS_SHUTDOWN=\"\"\nXENDOMAINS_AUTO=''\nXENDOMAINS_STOP_MAXWAIT=\n",
            "xendomains");
        Assert.Null(config.SaveFolder);
        Assert.False(config.ShutsDown || config.Saves);
        Assert.Null(config.AutoFolder);
        Assert.Null(config.MaxWait);
    }

    [Theory]
    [InlineData("true", true), InlineData("yes", true), InlineData("1", true)]
    [InlineData("false", false), InlineData("no", false), InlineData("", false)]
    public void Debian_meant_any_word_and_upstream_only_true_and_here_no_means_no(string value, bool restores) =>
        Assert.Equal(restores, DomainsConfig.Parse($"XENDOMAINS_RESTORE={value}", "xendomains").Restores);

    [Theory]
    [InlineData("true", true, false), InlineData("false", false, false), InlineData("no", false, false), InlineData("", false, false)]
    [InlineData("yes", false, true), InlineData("True", false, true), InlineData("1", false, true), InlineData("maybe", false, true)]
    public void Only_the_word_true_leaves_guests_of_others_alone_as_in_Xens_script(string value, bool autoOnly, bool isNamed)
    {
        var config = DomainsConfig.Parse($"XENDOMAINS_AUTO_ONLY={value}", "/etc/conf.d/xendomains");
        Assert.Equal(autoOnly, config.AutoOnly);
        string named = $"/etc/conf.d/xendomains: XENDOMAINS_AUTO_ONLY is \"{value}\", and only true means true:"
            + " guests outside the folder are stopped too";
        Assert.Equal(isNamed ? [named] : [], config.Faults);
    }

    [Fact]
    public void Gentoos_file_is_read_and_what_screen_did_is_told_to_be_past()
    {
        var config = DomainsConfig.Parse("AUTODIR=\"/srv/guests\"\nPARALLEL_SHUTDOWN=no\nSCREEN=\"yes\"\nSCREEN_NAME=xen\n", "xendomains");
        Assert.Equal("/srv/guests", config.AutoFolder);
        Assert.True(config.StopsOneByOne);
        Assert.Equal(2, config.Remarks.Count(remark => remark.Contains("no meaning any more", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("XENDOMAINS_RESTORE=maybe", "true or false is needed")]
    [InlineData("XENDOMAINS_STOP_MAXWAIT=soon", "a number is needed")]
    [InlineData("XENDOMAINS_SAVE=$(mktemp)", "would run a command")]
    [InlineData("XENDOMAINS_SAVE=`mktemp`", "would run a command")]
    [InlineData("XENDOMAINS_SAVE=\"/var", "is not closed")]
    [InlineData("XENDOMAINS_SAVE='/var", "is not closed")]
    [InlineData("XENDOMAINS_SAVE=${X:-/var}", "more than a variable")]
    [InlineData("if true; then", "the end of what it opens is not found")]
    public void What_is_not_understood_is_said_with_its_file_and_nothing_is_run(string text, string fault) =>
        Assert.Contains(fault, Assert.Single(DomainsConfig.Parse(text, "/etc/default/xendomains").Faults), StringComparison.Ordinal);

    [Theory]
    [InlineData("A=b", "b")]
    [InlineData("A='b c' # d", "b c")]
    [InlineData("A=\"b \\\"c\\\"\"", "b \"c\"")]
    [InlineData("A=b\\ c", "b c")]
    [InlineData("export A=b", "b")]
    [InlineData("B=x\nA=\"${B}y$B\"", "xyx")]
    [InlineData("A=a;A=b", "b")]
    [InlineData("A=a'b'\"c\"", "abc")]
    [InlineData("# A=no\n\n  A=b\r\n", "b")]
    [InlineData("A=\"b\\\nc\"", "bc")]
    [InlineData("A=b#c", "b#c")]
    public void A_value_is_what_a_shell_makes_of_it(string text, string value)
    {
        var variables = ShellVariables.Parse(text, "file");
        Assert.Empty(variables.Faults);
        Assert.Equal(value, variables.Values["A"]);
    }

    [Fact]
    public void Any_text_is_read_to_its_end()
    {
        var random = new Random(1);
        const string Letters = "A=\\\"'$`{}() \n#;b";
        for (int i = 0; i < 20_000; i++)
            ShellVariables.Parse(string.Concat(Enumerable.Range(0, random.Next(30)).Select(_ => Letters[random.Next(16)])), "file");
    }
}
