using XenCommons.Boot;
using XenCommons.Findings;

namespace XenCommons.Tests;

/// <summary>
/// Boot loaders as distributions set them up, in boot/*.txt: what each boots if nobody chooses, and what the doctor says of it. `### NAME`
/// begins a set-up, `like: NAME` takes over the files of another, `with: OLD => NEW` changes their text, `without: PATH` leaves out what is
/// below a path, `--- PATH` begins a file. `offers:` is whether Xen is in the menu, `boots:` which entry is the default; ? is what nobody
/// can know: there the doctor is silent.
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
        Assert.Equal(setUp.Offers,
            menus.All(menu => menu.OffersXen == false) ? "no" : menus.Any(menu => menu.OffersXen == true) ? "yes" : "?");
        string said = string.Join('\n',
            BootChecks.Look(host.Files).Where(finding => finding.Topic == "boot").Select(finding => finding.What));
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
            : setUp.Boots.StartsWith("linux", StringComparison.Ordinal) ? "by default, which is without Xen" : "";
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
        host.Write("/boot/efi/EFI/xen/xen.cfg",
            "[global]\ndefault=new\n# old\n[old]\noptions=dom0_mem=1G,max:1G\nkernel=vmlinuz root=/dev/sda1\n");
        Assert.Contains(BootChecks.Look(host.Files),
            finding => finding.What.StartsWith("default=new names a section that has no kernel=", StringComparison.Ordinal));
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

    // ---- Images that entries name and nobody has any more. A set-up has no kernels; here it gets all but Xen that its entries load.

    [Theory]
    [MemberData(nameof(Names))]
    public void With_its_kernels_there_no_image_of_Xen_is_missing(string name)
    {
        Make(All[name]);
        WriteWhatEntriesLoad();
        Assert.DoesNotContain(BootChecks.Look(host.Files), finding => finding.What.Contains("is not there", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void With_no_kernel_there_nobody_can_say_where_Xens_image_would_be(string name)
    {
        Make(All[name]);
        foreach (string image in XenImage.Find(host.Files).Where(image => !image.Contains("/EFI/", StringComparison.Ordinal)))
            host.Remove(image);
        Assert.DoesNotContain(BootChecks.Look(host.Files), finding => finding.What.Contains("is not there", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Debian 12: the default is Xen's simple entry by its id", "/boot/xen-4.17-amd64.gz")]
    [InlineData("Debian 12: a path of titles through two submenus", "/boot/xen-4.17-amd64.gz")]
    [InlineData("Debian 12: /boot is a partition, Xen's script was moved before Linux's", "/boot/xen-4.17-amd64.gz")]
    [InlineData("Debian 12 on EFI: the partition's grub.cfg leads to the real one", "/boot/xen-4.17-amd64.gz")]
    [InlineData("Ubuntu on Arm: xen_hypervisor", "/boot/xen-4.17-arm64")]
    [InlineData("Measured by tboot, which has Xen for a module", "/boot/xen-4.17-amd64.gz")]
    [InlineData("Gentoo: named in GRUB_DEFAULT", "/boot/xen.gz")]
    [InlineData("Fedora: Xen's is saved", "/boot/xen-4.18.1.gz")]
    [InlineData("Qubes 4.2", "/boot/xen-4.17.3.gz")]
    [InlineData("NixOS with GRUB (case 08, nix)", "/boot/kernels/0a0a-xen-4.18-boot-xen.gz")]
    [InlineData("NixOS with systemd-boot", "/boot/EFI/nixos/xen-generation-42.efi")]
    [InlineData("Alpine with extlinux: Xen is", "/boot/xen.gz")]
    [InlineData("Alpine's image: syslinux without a menu", "/boot/xen.gz")]
    [InlineData("Alpine with GRUB", "/boot/xen-4.18.2.gz")]
    public void The_image_of_the_default_that_was_removed_is_found(string name, string image)
    {
        Make(All[name]);
        WriteWhatEntriesLoad();
        Assert.True(host.Files.Exists(image), "the set-up has it");
        foreach (string other in XenImage.Find(host.Files))
            host.Remove(other);
        host.Write("/boot/xen-4.99-amd64.gz", ""); // of another version
        var finding = Assert.Single(BootChecks.Look(host.Files), finding => finding.Topic == "boot");
        Assert.Equal(Severity.Error, finding.Severity);
        Assert.Contains("by default, and its hypervisor ", finding.What, StringComparison.Ordinal);
        Assert.Contains(Path.GetFileName(image) + " is not there: the host would not start", finding.What, StringComparison.Ordinal);
    }

    [Fact]
    public void Where_Linux_is_the_default_it_is_found_if_no_entry_for_Xen_can_start()
    {
        Make(All["Debian 12: Linux comes first, as it does without a setting"]);
        WriteWhatEntriesLoad();
        host.Remove("/boot/xen-4.17-amd64.gz");
        var finding = Assert.Single(BootChecks.Look(host.Files), finding => finding.Topic == "boot");
        Assert.Equal("no entry for Xen can start: its hypervisor /boot/xen-4.17-amd64.gz is not there", finding.What);
    }

    [Theory]
    [InlineData("its kernel is not there either", "multiboot2 /boot/xen-9.gz\nmodule2 /boot/vmlinuz-9")]
    [InlineData("it comes from another disk than its kernel",
        "search --set=root --label a\nmultiboot2 /boot/xen-9.gz\nset root=hd1\nmodule2 /boot/vmlinuz")]
    [InlineData("it comes from another disk that is searched for",
        "search --set=a --label a\nsearch --set=b --label b\nmultiboot2 ($a)/boot/xen-9.gz\nmodule2 ($b)/boot/vmlinuz")]
    [InlineData("it comes from a disk of its own name", "multiboot2 (hd1,gpt2)/boot/xen-9.gz\nmodule2 /boot/vmlinuz")]
    [InlineData("a variable of GRUB's is in its path", "multiboot2 /boot/$grub_cpu/xen.gz\nmodule2 /boot/vmlinuz")]
    [InlineData("only some machines load it",
        "if cpuid -l; then multiboot2 /boot/xen-9.gz; else multiboot2 /boot/xen.gz; fi\nmodule2 /boot/vmlinuz")]
    [InlineData("it is chained, and nothing is loaded from there but it", "chainloader /EFI/xen/xen-9.efi")]
    public void What_nobody_can_know_of_an_image_is_not_told(string _, string commands)
    {
        host.Write("/boot/vmlinuz", "");
        host.Write("/boot/xen.gz", "");
        host.Write("/boot/grub/grub.cfg", $"menuentry Xen {{\n{commands}\n}}\n");
        Assert.Empty(BootChecks.Look(host.Files));
    }

    void WriteWhatEntriesLoad()
    {
        var loaded = BootMenu.Find(host.Files).SelectMany(menu => BootMenu.Flat(menu.Entries)).SelectMany(entry => entry.Files);
        foreach (var file in loaded.Where(file => !file.IsXen && file.IsThere(host.Files) == false).ToList())
        {
            string plain = file.Path[(file.Path.IndexOf(')') + 1)..];
            int begin = plain.IndexOf("/boot/", StringComparison.Ordinal) is var at and >= 0 ? at + "/boot/".Length : 0;
            host.Write("/boot/" + plain[begin..].TrimStart('/'), "");
        }
    }

    void Make(SetUp setUp)
    {
        host.Remove("/boot");
        foreach (var (path, text) in setUp.Files)
            host.Write(path, text);
    }

    static Dictionary<string, SetUp> Load()
    {
        var all = new Dictionary<string, SetUp>();
        foreach (string file in Directory.GetFiles(Checkout.Path("tests/XenCommons.Tests/boot"), "*.txt").Order(StringComparer.Ordinal))
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
