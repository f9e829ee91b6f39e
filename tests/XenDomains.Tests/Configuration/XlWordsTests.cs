using XenDomains.Configuration;

namespace XenDomains.Tests.Configuration;

/// <summary>Words that settings of older toolstacks give to xl: what xl would refuse is named and left out.</summary>
public sealed class XlWordsTests
{
    [Theory]
    [InlineData("--wait", ""), InlineData("--all --wait", ""), InlineData("-a -w", ""), InlineData("-aw", "")]
    [InlineData("-F --wa", ""), InlineData("", "")]
    [InlineData("--halt --wait", "--halt")] // the file of Xen 3 and 4.1, which many hosts still have
    [InlineData("--reboot -R --wait", "--reboot -R"), InlineData("-wz", "-wz"), InlineData("--wait 30", "30")]
    [InlineData("-h", "-h"), InlineData("--", "--")]
    public void Of_xl_shutdown(string text, string unknown) => Assert.Equal(unknown, string.Join(' ', XlWords.OfShutdown(text).Unknown));

    [Theory]
    [InlineData("host --live", "host --live", "host", ""), InlineData("--live host", "--live host", "host", "")]
    [InlineData("-C /cfg -s ssh -e host", "-C /cfg -s ssh -e host", "host", "")]
    [InlineData("--port=8002 --ssl host", "host", "host", "--port=8002 --ssl")] // xm's
    [InlineData("-sssh --debug host", "-sssh --debug host", "host", ""), InlineData("--live", "--live", null, "")]
    public void Of_xl_migrate(string text, string kept, string? host, string unknown)
    {
        var words = XlWords.OfMigrate(text);
        Assert.Equal((kept, host, unknown), (string.Join(' ', words.Kept), words.Host, string.Join(' ', words.Unknown)));
    }

    [Fact]
    public void They_are_faults_of_the_settings()
    {
        var config = DomainsConfig.Parse(
            "XENDOMAINS_SHUTDOWN=\"--halt --wait\"\nXENDOMAINS_SHUTDOWN_ALL=\"--all --halt --wait\"\n"
            + "XENDOMAINS_MIGRATE=\"--ssl other\"\nXENDOMAINS_SAVE=save\n", "settings");
        Assert.Equal(
        [
            "settings: XENDOMAINS_MIGRATE has --ssl, which xl migrate does not have: it is left out",
            "settings: XENDOMAINS_SHUTDOWN has --halt, which xl shutdown does not have: it is left out",
            "settings: XENDOMAINS_SHUTDOWN_ALL has --halt, which xl shutdown does not have: it is left out",
            "settings: XENDOMAINS_SAVE is \"save\", and an absolute path is needed: guests are not saved",
        ], config.Faults);
        Assert.True(config is { ShutsDown: true, Saves: false, MigrateHost: "other", Migrate: ["other"] });
        Assert.Contains("names no host", Assert.Single(DomainsConfig.Parse("XENDOMAINS_MIGRATE=--live", "settings").Faults),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Variables_that_nobody_reads_are_named_once()
    {
        var alpine = DomainsConfig.Parse(
            "AUTODIR=/etc/xen/auto\nXENDOMAINS_CONSOLE=tmux\nTMUX_NAME=xen\nSCREENDIR=/tmp/screens\n"
            + "XENDOMAINS_CREATE_USLEEP=1\nrc_need=net.br0\n", "/etc/conf.d/xendomains");
        Assert.Empty(alpine.Faults);
        Assert.Equal(["SCREENDIR", "TMUX_NAME", "XENDOMAINS_CONSOLE", "XENDOMAINS_CREATE_USLEEP"],
            alpine.Remarks.Select(remark => remark.Split(' ')[1]).Order(StringComparer.Ordinal));
        Assert.Equal("settings: XENDOMAINS_AUTOONLY is no setting of xendomains: it means nothing",
            Assert.Single(DomainsConfig.Parse("XENDOMAINS_AUTOONLY=false\nXENDOMAINS_CREATE_USLEEP=5000000\n", "settings").Faults));
    }
}
