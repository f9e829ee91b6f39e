using XenDomains.Configuration;

namespace XenDomains.Tests.Configuration;

/// <summary>Paths on the command line: an empty one comes from a variable that an administrator left empty.</summary>
public sealed class OptionsTests
{
    [Fact]
    public void An_empty_path_is_as_if_the_option_were_not_there()
    {
        var options = DomainsOptions.Parse(["--config=", "--xl=", "--run-dir=", "--lock-file=", "start"]);
        Assert.Equal((null, "xl", "/run/xendomains", null), (options.ConfigFile, options.Xl, options.RunFolder, options.LockFile));
    }
}
