namespace XenCommons.Tests;

/// <summary>What Debian's package says when it is installed.</summary>
public sealed class DebianPackageTests : IDisposable
{
    readonly TempFolder folder = new();

    public void Dispose() => folder.Dispose();

    // The settings of Debian's own script, /etc/default/xen.
    [Theory]
    [InlineData("XENSTORED_ARGS=\"--quota 5\"\n", true)]
    [InlineData("TOOLSTACK=xl\n  export XENCONSOLED_ARGS=--log=all\n", true)]
    [InlineData("# XENSTORED_ARGS=\"--quota 5\"\nXENCONSOLED_ARGS=\"\"\nXENCONSOLED_ARGS= # none\n", false)]
    [InlineData(null, false)]
    public void Arguments_that_these_daemons_do_not_see_are_said(string? settings, bool isSaid)
    {
        Directory.CreateDirectory(folder.File("etc/default"));
        if (settings is not null)
            File.WriteAllText(folder.File("etc/default/xen"), settings);
        foreach (string command in (string[])["deb-systemd-helper", "deb-systemd-invoke", "systemctl"]) // this host is left alone
        {
            string stub = folder.File(command);
            File.WriteAllText(stub, "#!/bin/sh\nexit 0\n");
            File.SetUnixFileMode(stub, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        string script = Checkout.Path("packaging/debian/postinst");
        var (status, said, _) = Programs.Run(Programs.Describe("/bin/sh", [script, "configure", ""],
            [new("PATH", $"{folder.Path}:/usr/bin:/bin"), new("DPKG_ROOT", folder.Path)]));
        Assert.Equal(0, status);
        Assert.Equal(isSaid, said.Contains("/etc/default/xen has arguments for daemons", StringComparison.Ordinal));
    }
}
