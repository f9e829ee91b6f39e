using System.Runtime.CompilerServices;
using XenCommons.Check.Boot;

namespace XenCommons.Tests;

/// <summary>
/// Boot loaders as distributions set them up, in boot/*.txt: what each boots if nobody chooses, and what the doctor says of it. `### NAME`
/// begins a set-up, `like: NAME` takes over the files of another, `with: OLD => NEW` changes their text, `without: PATH` leaves out what is
/// below a path, `--- PATH` begins a file. `offers:` is whether Xen is in the menu, `boots:` which entry is the default; ? is what nobody can
/// know: there the doctor is silent.
/// </summary>
public sealed class BootSetUpTests : IDisposable
{
    sealed record SetUp(string Name, string Offers, string Boots, IReadOnlyDictionary<string, string> Files);

    static readonly Dictionary<string, SetUp> All = Load();

    readonly HostFolder host = new();

    public void Dispose() => host.Dispose();

    public static TheoryData<string> Names => [.. All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void What_is_booted_if_nobody_chooses(string name)
    {
        var setUp = All[name];
        Make(setUp);
        var menus = BootMenu.Find(host.Files);
        Assert.Equal(setUp.Offers, menus.All(menu => menu.OffersXen == false) ? "no" : menus.Any(menu => menu.OffersXen == true) ? "yes" : "?");
        string said = string.Join('\n', BootChecks.Look(host.Files).Where(finding => finding.Topic == "boot").Select(finding => finding.What));
        bool isInstalled = XenImage.Find(host.Files).Count > 0;
        if (setUp.Boots.StartsWith("linux", StringComparison.Ordinal))
            Assert.All(menus, menu => Assert.False(menu.Default?.IsXen));
        else if (setUp.Boots.StartsWith("xen", StringComparison.Ordinal))
            Assert.Contains(menus, menu => menu.Default is { IsXen: true });
        else
            Assert.Contains(menus, menu => menu.Default?.IsXen is null || menu.Default.IsXen != menus[0].Default?.IsXen);
        if (setUp.Boots.Split('`') is [_, var title, _])
            Assert.Equal(title, menus[0].Default!.Title);
        Assert.Equal(setUp.Boots.Contains(" once "), menus[0] is { IsOnce: true, Default.IsXen: false });
        string expected = !isInstalled ? "" : setUp.Offers == "no" ? "no entry for Xen"
            : setUp.Boots.StartsWith("linux once", StringComparison.Ordinal) ? "the next boot, and only that"
            : setUp.Boots.StartsWith("linux", StringComparison.Ordinal) ? "if nobody chooses, which is without Xen" : "";
        Assert.Contains(expected, said, StringComparison.Ordinal);
        Assert.Equal(expected.Length == 0, said.Length == 0 || !isInstalled);
    }

    [Fact]
    public void There_are_at_least_forty() => Assert.True(All.Count >= 40, $"{All.Count}");

    [Fact]
    public void What_the_firmware_remembers_of_systemd_boot_comes_before_its_file()
    {
        Make(All["NixOS with systemd-boot"]);
        byte[] value = [7, 0, 0, 0, .. System.Text.Encoding.Unicode.GetBytes("nixos-generation-42.conf\0")];
        File.WriteAllBytes(host.At("/sys/firmware/efi/efivars/LoaderEntryDefault-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f"), value);
        Assert.Equal("NixOS", Assert.Single(BootMenu.Find(host.Files)).Default!.Title);
    }

    [Fact]
    public void A_grubenv_that_cannot_be_read_may_name_any_entry()
    {
        Make(All["Debian 12: the default is Xen's simple entry by its id"]);
        host.Remove("/boot/grub/grubenv");
        Directory.CreateDirectory(host.At("/boot/grub/grubenv")); // root reads every file
        Assert.Null(Assert.Single(BootMenu.Find(host.Files)).Default);
    }

    [Fact]
    public void A_default_of_xen_cfg_that_has_no_kernel_is_found()
    {
        host.Write("/boot/efi/EFI/xen/xen.efi", "");
        host.Write("/boot/efi/EFI/xen/xen.cfg", "[global]\ndefault=new\n# old\n[old]\noptions=dom0_mem=1G,max:1G\nkernel=vmlinuz root=/dev/sda1\n");
        Assert.Contains(BootChecks.Look(host.Files), finding => finding.What.StartsWith("default=new names a section that has no kernel=", StringComparison.Ordinal));
        host.Write("/boot/efi/EFI/xen/xen.cfg", "[global]\ndefault=old\n[old]\nkernel=vmlinuz root=/dev/sda1\n");
        Assert.Empty(BootChecks.Look(host.Files));
    }

    [Theory]
    [InlineData("/xen.gz", true)]
    [InlineData("/boot/xen-4.17-amd64.gz", true)]
    [InlineData("($drive1)//kernels/0a0a-xen-4.18-boot-xen.gz", true)]
    [InlineData("xen-4.19.0.efi", true)]
    [InlineData("\\EFI\\xen\\XEN.EFI", true)]
    [InlineData("/boot/xen", true)]
    [InlineData("/boot/xen-dbg-4.19.gz", true)]
    [InlineData("/EFI/nixos/xen-generation-42.efi", true)]
    [InlineData("/boot/vmlinuz-2.6.32-xen", false)]
    [InlineData("/boot/initrd-4.19-xen.img", false)]
    [InlineData("/boot/xen-syms-4.19", false)]
    [InlineData("/boot/xenpolicy-4.17", false)]
    [InlineData("/boot/xen-4.17-amd64.config", false)]
    [InlineData("/boot/xen.cfg", false)]
    [InlineData("/boot/vmlinuz-6.1.0", false)]
    [InlineData("/boot/oxen.gz", false)]
    public void An_image_is_known_by_its_name(string path, bool isXen) => Assert.Equal(isXen, XenImage.IsOne(path));

    void Make(SetUp setUp)
    {
        host.Remove("/boot");
        foreach (var (path, text) in setUp.Files)
            host.Write(path, text);
    }

    static Dictionary<string, SetUp> Load([CallerFilePath] string source = "")
    {
        var all = new Dictionary<string, SetUp>();
        foreach (string file in Directory.GetFiles(Path.Combine(Path.GetDirectoryName(source)!, "boot"), "*.txt").Order(StringComparer.Ordinal))
            foreach (string section in File.ReadAllText(file).Split("\n### ").Skip(1))
            {
                var setUp = Read(section, all);
                all.Add(setUp.Name, setUp);
            }
        return all;
    }

    static SetUp Read(string section, Dictionary<string, SetUp> earlier)
    {
        string[] parts = section.Split("\n--- ");
        string[] head = parts[0].Split('\n', StringSplitOptions.RemoveEmptyEntries);
        IEnumerable<string> Lines(string key) =>
            head.Where(line => line.StartsWith(key + ": ", StringComparison.Ordinal)).Select(line => line[(key.Length + 2)..]);
        var files = new Dictionary<string, string>(Lines("like").SelectMany(name => earlier[name].Files));
        foreach (string path in Lines("without"))
            foreach (string file in files.Keys.Where(file => file.StartsWith(path, StringComparison.Ordinal)).ToList())
                files.Remove(file);
        foreach (string change in Lines("with"))
            foreach (string file in files.Keys.ToList())
                files[file] = files[file].Replace(change.Split(" => ")[0], change.Split(" => ")[1], StringComparison.Ordinal);
        foreach (string part in parts.Skip(1))
            files[part.Split('\n')[0]] = part[(part.IndexOf('\n') is var end and >= 0 ? end + 1 : part.Length)..];
        return new(head[0], Lines("offers").Single(), Lines("boots").Single(), files);
    }
}
