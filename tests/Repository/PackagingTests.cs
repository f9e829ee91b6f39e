using System.Text.RegularExpressions;
using Xen.Hosting;
using Xen.Support;

namespace Repository;

/// <summary>What `make install` and the packages put where, for each init system.</summary>
public sealed class PackagingTests : IDisposable
{
    static readonly string[] Services =
        ["xen-metrics", "xen-metrics-file", "xen-watchdog", "xencommons", "xenconsoled", "xendomains", "xenqemudev", "xenstored"];

    // make is not to build them: they are taken as they are.
    static readonly string Published = string.Join(' ', Daemons.Names.Select(name => "-o out/bin/" + name));

    readonly TempFolder folder = new();
    readonly string tree;

    public PackagingTests() => tree = folder.Path;

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("openrc", true, false)]
    [InlineData("systemd", false, true)]
    [InlineData("openrc systemd", true, true)]
    public void The_ebuild_installs_for_the_init_systems_that_are_wanted(string flags, bool hasOpenRc, bool hasSystemd)
    {
        Play(flags, "src_install");
        Assert.Equal(hasOpenRc ? Services : [], Names("etc/init.d"));
        Assert.Equal(hasOpenRc ? ["xencommons", "xendomains"] : [], Names("etc/conf.d"));
        Assert.Equal(hasSystemd ? ["xencommons", "xendomains"] : [], Names("etc/default"));
        Assert.Equal(hasSystemd, File.Exists(Path.Combine(tree, "usr/lib/systemd/system/xenstored.service")));
        Assert.Equal(["xencommons", "xenconsoled", "xendomains", "xenstored", "xenwatchdogd"], Names("usr/sbin"));
        Assert.True(File.Exists(Path.Combine(tree, "keep/etc/xen/auto")));
    }

    [Fact]
    public void The_ebuild_refuses_beside_xen_tools_own_daemons_and_says_what_to_do()
    {
        Directory.CreateDirectory(Path.Combine(tree, "etc/init.d"));
        File.WriteAllText(Path.Combine(tree, "etc/init.d/xenstored"), "");
        string said = Play("openrc", "pkg_pretend", expected: 1);
        Assert.Contains("package.env", said, StringComparison.Ordinal);
        Assert.Contains("app-emulation/xen-tools has daemons of the same names", said, StringComparison.Ordinal);
        File.Delete(Path.Combine(tree, "etc/init.d/xenstored"));
        Play("openrc", "pkg_pretend");
    }

    [Fact]
    public void What_both_packages_have_on_Gentoo_xen_tools_leaves_out()
    {
        Play("openrc systemd", "src_install");
        string mask = Files.Text("packaging/gentoo/env/xen-dom0-daemons.conf");
        foreach (string folder in (string[])["etc/init.d", "etc/conf.d"])
            Assert.All(Names(folder).Where(IsAlsoXens), name => Assert.Contains($"/{folder}/{name}", mask, StringComparison.Ordinal));
        foreach (string unit in Names("usr/lib/systemd/system").Where(IsAlsoXens))
            Assert.Contains("*/systemd/system/" + unit, mask, StringComparison.Ordinal);
    }

    static bool IsAlsoXens(string name) =>
        name != "xencommons.service" && !name.StartsWith("xen-metrics", StringComparison.Ordinal);

    // Two toolstacks that start guests on one host: each takes those of the other for its own.
    [Fact]
    public void Guests_are_not_started_beside_libvirts()
    {
        string unit = Files.Text("systemd/xendomains.service");
        Assert.Contains("\nConflicts=libvirtd.service virtxend.service\n", unit, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_prefix_is_where_units_and_scripts_look()
    {
        Play("openrc systemd", $"make -s INIT='openrc systemd' PREFIX=/usr/local {Published} install DESTDIR=$D");
        string[] folders = [Path.Combine(tree, "etc/init.d"), Path.Combine(tree, "usr/local/lib/systemd/system")];
        string[] files = [.. folders.SelectMany(Directory.EnumerateFiles)];
        Assert.All(files, file => Assert.DoesNotContain("/usr/sbin/", File.ReadAllText(file), StringComparison.Ordinal));
        string script = File.ReadAllText(Path.Combine(tree, "etc/init.d/xenstored"));
        Assert.Contains("/usr/local/sbin/xencommons", script, StringComparison.Ordinal);
    }

    [Fact]
    public void Settings_that_are_there_stay()
    {
        Directory.CreateDirectory(Path.Combine(tree, "etc/conf.d"));
        File.WriteAllText(Path.Combine(tree, "etc/conf.d/xencommons"), "MINE=1\n");
        Play("openrc", "src_install");
        Assert.Equal("MINE=1\n", File.ReadAllText(Path.Combine(tree, "etc/conf.d/xencommons")));
    }

    // Executables, man pages and packages have it from there; only the history of changes names it beside.
    [Fact]
    public void The_version_stands_in_one_place_only()
    {
        string version = Regex.Match(Files.Text("Directory.Build.props"), "<Version>(.+)</Version>").Groups[1].Value;
        Assert.Equal(version, DaemonHost.Version);
        string[] folders = ["src", "man", "packaging", "systemd", "initd", "dbus", "catalog", "default"];
        string pattern = $@"(?<![\d.]){Regex.Escape(version)}(?![\d.]*\d)";
        Rule.Holds(folders.SelectMany(folder => Files.Beneath(folder)).Where(file => Regex.IsMatch(Files.Text(file), pattern)),
            "a file names the version, which stands in Directory.Build.props alone");

        Play("openrc", "src_install");
        foreach (string page in Directory.EnumerateFiles(Path.Combine(tree, "usr/share/man/man8")))
        {
            string title = File.ReadLines(page).First(line => line.StartsWith(".TH", StringComparison.Ordinal));
            Assert.Contains($" \"{version}\" ", title, StringComparison.Ordinal);
        }
    }

    // The copyright file of Debian's package names the licences of what is within the page, and libraries change.
    [Theory]
    [InlineData("react 1.2.3 (MIT)", true)]
    [InlineData("@one/other 2.0.0-rc.1 (Apache-2.0)", false)]
    [InlineData("other 2.0.0 (0BSD)", false)] // the file says that tslib alone has it
    [InlineData("other 2.0.0 (undefined)", false)]
    public void A_library_under_another_licence_is_not_packaged_under_those_that_are_named(string library, bool isKnown)
    {
        string doc = Path.Combine(tree, "usr/share/doc/cockpit-xen");
        Directory.CreateDirectory(doc);
        File.Copy(Checkout.Path("LICENSE"), Path.Combine(doc, "LICENSE"));
        File.WriteAllText(Path.Combine(doc, "licenses-of-libraries.txt"),
            $"{library}\n\nCopyright (c) Them\n\nText.\n\n{new string('-', 80)}\n\ntslib 2.9.1 (0BSD)\n\nCopyright (c) Others.\n\nText.\n");
        using var made = new TempFolder();
        var (status, said, errors) = Programs.Run(Checkout.Path("packaging/debian/build-cockpit.sh"), tree, made.Path);
        Assert.True(status == (isKnown ? 0 : 1), said + errors);
        if (isKnown)
            return;
        Assert.Matches($"^These libraries have other licences .*: {Regex.Escape(library.Split(' ')[0])} [^\n]*\n$", errors);
        Assert.Empty(Directory.EnumerateFiles(made.Path));
    }

    string[] Names(string folder)
    {
        var installed = new DirectoryInfo(Path.Combine(tree, folder));
        return installed.Exists ? [.. installed.EnumerateFiles().Select(file => file.Name).Order(StringComparer.Ordinal)] : [];
    }

    // A phase of the ebuild, with what Portage would give it.
    string Play(string flags, string phase, int expected = 0)
    {
        string version = DaemonHost.Version;
        string ebuild = Checkout.Path("packaging/gentoo/app-emulation/xen-dom0-daemons/xen-dom0-daemons.ebuild");
        string script = $$"""
            set -eu
            inherit() { :; }
            use() { [[ " {{flags}} " == *" $1 "* ]]; }
            usev() { ! use "$1" || echo "$1"; }
            has_version() { false; }
            die() { echo "$1"; exit 1; }
            eerror() { echo "$1"; }
            dodoc() { ls "$@" >/dev/null; }
            docinto() { :; }
            keepdir() { for folder; do mkdir -p "$D/keep/$(dirname "$folder")"; : >"$D/keep$folder"; done; }
            emake() { make -s {{Published}} "$@"; }
            D={{tree}} ED={{tree}} EROOT={{tree}} EPREFIX= PN=xen-dom0-daemons PV={{version}} P=xen-dom0-daemons-{{version}}
            CATEGORY=app-emulation DOTNET_PKG_BDEPS= RESTRICT=
            source '{{ebuild}}'
            cd '{{Checkout.Root}}'
            {{phase}}
            """;
        var (status, said, errors) = Programs.Run("bash", "-c", script);
        Assert.True(status == expected, said + errors);
        return said;
    }
}
