using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace XenCommons.Tests;

/// <summary>What Debian's package says when it is installed.</summary>
public sealed class DebianPackageTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("xp").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    // The settings of Debian's own script, /etc/default/xen.
    [Theory]
    [InlineData("XENSTORED_ARGS=\"--quota 5\"\n", true)]
    [InlineData("TOOLSTACK=xl\n  export XENCONSOLED_ARGS=--log=all\n", true)]
    [InlineData("# XENSTORED_ARGS=\"--quota 5\"\nXENCONSOLED_ARGS=\"\"\nXENCONSOLED_ARGS= # none\n", false)]
    [InlineData(null, false)]
    public async Task Arguments_that_these_daemons_do_not_see_are_said(string? settings, bool isSaid)
    {
        Directory.CreateDirectory(Path.Combine(folder, "etc/default"));
        if (settings is not null)
            await File.WriteAllTextAsync(Path.Combine(folder, "etc/default/xen"), settings);
        foreach (string command in (string[])["deb-systemd-helper", "deb-systemd-invoke", "systemctl"]) // this host is left alone
        {
            string stub = Path.Combine(folder, command);
            await File.WriteAllTextAsync(stub, "#!/bin/sh\nexit 0\n");
            File.SetUnixFileMode(stub, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        var start = new ProcessStartInfo("/bin/sh", [Script(), "configure", ""]) { RedirectStandardOutput = true };
        start.Environment["PATH"] = $"{folder}:/usr/bin:/bin";
        start.Environment["DPKG_ROOT"] = folder;
        using var process = Process.Start(start)!;
        string said = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
        Assert.Equal(isSaid, said.Contains("/etc/default/xen has arguments for daemons", StringComparison.Ordinal));
    }

    static string Script([CallerFilePath] string source = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(source)!, "../../packaging/debian/postinst"));
}
