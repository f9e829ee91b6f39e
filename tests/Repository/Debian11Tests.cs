using System.Text.RegularExpressions;
using Xen.Support;

namespace Repository;

/// <summary>
/// The executables start on hosts whose C library is older than the builder's. Met on Debian 11, the only Debian with Xen 4.14: what was
/// built on Debian 12 did not start there at all. `make test LIBC=own` leaves these out.
/// </summary>
[Trait("Category", "Debian11")]
public sealed partial class Debian11Tests : IDisposable
{
    static readonly string Debian11 = Checkout.Path("packaging/debian/cache/sysroot");
    static readonly string Libraries = Path.Combine(Debian11, "lib/x86_64-linux-gnu");

    static readonly string[] Names = ["xenstored", "xenconsoled", "xendomains", "xenwatchdogd", "xencommons"];

    readonly TempFolder folder = new();

    public static TheoryData<string> Executables => [.. Names];

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(Executables))]
    public void Nothing_newer_than_the_C_library_of_2019_is_imported(string name)
    {
        var imports = GlibcVersion().Matches(Run("objdump", "-T", Program(name)));
        Assert.NotEmpty(imports);
        var newest = imports.Max(match => new Version(match.Groups[1].Value));
        Assert.True(newest <= new Version(2, 29),
            $"{name} needs GLIBC_{newest}. Was it built with LIBC=own? After `make clean` it is built anew.");
    }

    [Theory]
    [MemberData(nameof(Executables))]
    public void Each_starts_with_Debian_11s_C_library(string name)
    {
        string[] command = Beneath(name);
        Assert.StartsWith(name + " ", Run(command[0], [.. command[1..], "--version"]), StringComparison.OrdinalIgnoreCase);
        Assert.Contains(name, Run(command[0], [.. command[1..], "--help"]), StringComparison.Ordinal);
    }

    [Fact]
    public void Xenstored_serves_with_Debian_11s_C_library_alone()
    {
        using var stage = new DaemonStage();
        string[] options = ["-N", "--pid-file", stage.File("pid"), "--hypervisor", "none"];
        string[] command = [.. Beneath("xenstored"), .. options];
        var daemon = stage.StartDaemon(command[0], command[1..]);
        daemon.ServesOrEnds(stage.Socket);
        Assert.Equal("", stage.RunProgram("/usr/bin/env", "xenstore-write", "/hello", "world").Errors);
        Assert.Equal("world\n", stage.RunProgram("/usr/bin/env", "xenstore-read", "/hello").Output);

        var mapped = File.ReadLines($"/proc/{daemon.Id}/maps").Select(line => line.Split(' ')[^1]);
        string[] loaded = [.. mapped.Where(file => file.Contains(".so", StringComparison.Ordinal)).Distinct()];
        Assert.Contains(loaded, file => file.EndsWith("/libc-2.31.so", StringComparison.Ordinal));
        Assert.All(loaded, file => Assert.StartsWith(Debian11, file, StringComparison.Ordinal));
    }

    [Fact]
    public void The_package_depends_on_the_C_library_that_its_executables_import()
    {
        string tree = folder.File("tree");
        string[] published = [.. Names.SelectMany(name => new[] { "-o", "out/bin/" + name })];
        Run("make", ["-s", "-C", Checkout.Root, .. published, "install", "INIT=systemd", "DESTDIR=" + tree]);
        string package = Run(Checkout.Path("packaging/debian/build.sh"), tree, folder.File("out")).Trim();
        Assert.StartsWith("libc6 (>= 2.29), ", Run("dpkg-deb", "--field", package, "Depends"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("auto", 0, "what is built now starts only where the C library is as new as this machine's")]
    [InlineData("debian11", 1, "Debian 11's C library cannot be downloaded")]
    [InlineData("own", 0, "")]
    public void Without_a_network_a_build_goes_on_with_this_machines_own_library_unless_the_other_was_asked_for(
        string which, int status, string said)
    {
        foreach (string script in new[] { "sysroot.sh", "suite.sh" })
            File.Copy(Checkout.Path("packaging/debian/" + script), folder.File(script));
        // The script has apt read its lists anew where it knows no mirror; this machine's own must not be emptied by that.
        Directory.CreateDirectory(folder.File("lists/partial"));
        File.WriteAllText(folder.File("apt.conf"), $"""
            Dir::Etc::Main "/dev/null"; Dir::Etc::Parts "/dev/null"; Dir::Etc::SourceList "/dev/null"; Dir::Etc::SourceParts "/dev/null";
            Dir::State::Lists "{folder.File("lists")}"; Acquire::http::Proxy "http://127.0.0.1:9"; Acquire::Retries "0";
            """);
        var (ended, output, errors) = Programs.Run("env", "APT_CONFIG=" + folder.File("apt.conf"), folder.File("sysroot.sh"), which);
        Assert.Equal((status, ""), (ended, output));
        Assert.Contains(said, errors, StringComparison.Ordinal);
    }

    // A command that runs a program of ours beneath that library, as its loader does.
    static string[] Beneath(string name)
    {
        Assert.True(Directory.Exists(Libraries), $"there is no {Libraries}: `packaging/debian/sysroot.sh debian11` makes it");
        return [Path.Combine(Debian11, "lib64/ld-linux-x86-64.so.2"), "--inhibit-cache", "--library-path", Libraries, Program(name)];
    }

    static string Program(string name) => Checkout.Path("out/bin/" + name);

    static string Run(string program, params string[] arguments)
    {
        var (status, output, errors) = Programs.Run(program, arguments);
        Assert.True(status == 0, $"{program} {string.Join(' ', arguments)} ended with {status}: {errors}");
        return output;
    }

    [GeneratedRegex(@"GLIBC_([0-9]+\.[0-9.]*[0-9])")]
    private static partial Regex GlibcVersion();
}
