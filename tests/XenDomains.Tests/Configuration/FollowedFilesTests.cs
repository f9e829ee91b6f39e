using Xen.Hosting.Settings;
using XenDomains.Configuration;

namespace XenDomains.Tests.Configuration;

/// <summary>
/// Settings that read other files, as NixOS writes them: they are read where a shell would read them, and nothing is run.
/// </summary>
public sealed class FollowedFilesTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("xf").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("source FOLDER/package"), InlineData(". FOLDER/package"), InlineData("source \"FOLDER/package\"")]
    [InlineData(". 'FOLDER'/package # the package's own")]
    [InlineData("[ -r FOLDER/package ] && . FOLDER/package"), InlineData("test -f \"FOLDER/package\" && source FOLDER/package")]
    [InlineData("D=FOLDER\n. ${D}/package"), InlineData(". FOLDER/package; XENDOMAINS_WAIT=5")]
    public void NixOS_begins_by_reading_its_packages_file(string first)
    {
        File.WriteAllText(Path.Combine(folder, "package"),
            "XENDOMAINS_AUTO_ONLY=true\nXENDOMAINS_SAVE=/var/lib/xen/save\nXENDOMAINS_STOP_MAXWAIT=300\n");
        var config = DomainsConfig.Parse($"{first.Replace("FOLDER", folder, StringComparison.Ordinal)}\nXENDOMAINS_STOP_MAXWAIT=60\n",
            "/etc/default/xendomains");
        Assert.Empty(config.Faults);
        Assert.True(config is { AutoOnly: true, Saves: true });
        Assert.Equal(TimeSpan.FromSeconds(60), config.MaxWait); // the last that is said counts
    }

    [Fact]
    public void Files_that_read_files_are_followed_and_circles_and_long_rows_end()
    {
        for (int i = 0; i < 20; i++)
            File.WriteAllText(Path.Combine(folder, $"{i}"), $". {folder}/{i + 1}\nA{i}=x\n");
        var row = ShellVariables.Parse($". {folder}/0\n", "settings");
        Assert.Contains("in a row", Assert.Single(row.Faults), StringComparison.Ordinal);
        Assert.Equal("x", row.Values["A0"]); // what was read counts
        File.WriteAllText(Path.Combine(folder, "a"), $"A=1\nsource {folder}/b\n");
        File.WriteAllText(Path.Combine(folder, "b"), $"B=2\nsource {folder}/a\nC=3\n");
        var circle = ShellVariables.Parse($"source {folder}/a\n", "settings");
        Assert.Equal($"{folder}/b:2: {folder}/a is not read: it is being read already, in a circle", Assert.Single(circle.Faults));
        Assert.Equal(["A", "B", "C"], circle.Values.Keys.Order());
    }

    [Fact]
    public void What_cannot_be_read_is_one_sentence_and_the_rest_counts()
    {
        File.WriteAllText(Path.Combine(folder, "runs"), "X=$(touch FOLDER/ran)\nY=1\n".Replace("FOLDER", folder, StringComparison.Ordinal));
        foreach (var (line, fault) in new[]
        {
            ($"source {folder}/none", $"settings:1: {folder}/none is not read: it is not there, and what it sets is missing"),
            (". relative/file", "settings:1: relative/file is not read: only an absolute path is followed"),
            ($". {folder}", $"settings:1: {folder} is not read: it is not there, and what it sets is missing"),
            (". /dev/zero", "settings:1: /dev/zero is not read: it is no file of settings"),
            ($". `echo {folder}/runs`", "settings:1: a file is not read: it would run a command"),
            ($". {folder}/runs", $"{folder}/runs:1: X: it would run a command; the assignment does not count"),
        })
        {
            var variables = ShellVariables.Parse(line + "\nZ=2\n", "settings");
            Assert.Equal(fault, Assert.Single(variables.Faults));
            Assert.Equal("2", variables.Values["Z"]);
        }
        Assert.False(File.Exists(Path.Combine(folder, "ran")));
        // These files need not be there.
        Assert.Empty(ShellVariables.Parse($"[ -f {folder}/none ] && . {folder}/none\n. {folder}/none || true\n", "settings").Faults);
    }
}
