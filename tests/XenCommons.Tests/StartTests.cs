using Xen.Client;
using Xen.Hosting.Settings;
using Xen.Hypervisor.Choice;
using XenCommons.Start;

namespace XenCommons.Tests;

/// <summary>Steps that make a host ready.</summary>
public sealed class StartTests : IDisposable
{
    readonly HostFolder host = new();

    public void Dispose() => host.Dispose();

    [Fact]
    public void A_module_is_loaded_only_if_the_kernel_has_it_and_it_is_not_there_yet()
    {
        host.Write("/lib/modules/6.1.0-test/modules.builtin", "kernel/drivers/xen/xen-privcmd.ko\nkernel/drivers/xen/xenfs/xenfs.ko\n");
        host.Write("/lib/modules/6.1.0-test/modules.dep",
            "kernel/drivers/xen/xen-evtchn.ko.xz:\nkernel/drivers/block/xen-blkback/xen-blkback.ko.zst: kernel/x.ko\n");
        host.Write("/sys/module/xen_evtchn/refcnt", "1");
        host.Remove("/dev/xen/gntdev");
        host.Write("/sys/module/xen_blkback/refcnt", "1");
        var steps = Modules.Load(host.Files, ["netbk", "blktap2", "my-own"]).ToDictionary(step => step.What["module ".Length..]);
        Assert.Equal((Outcome.Already, "is built into the kernel"), Of("xenfs"));
        Assert.Equal((Outcome.Already, "is built into the kernel"), Of("xen-privcmd"));
        Assert.Equal((Outcome.Already, "is loaded"), Of("xen-evtchn"));
        Assert.Equal((Outcome.Already, "is loaded"), Of("xen-blkback"));
        Assert.Equal((Outcome.Failed, "is not part of kernel 6.1.0-test, which was built without it"), Of("xen-gntdev"));
        Assert.Equal((Outcome.NotNeeded, "is not part of kernel 6.1.0-test"), Of("xen-netback"));
        Assert.Equal((Outcome.NotNeeded, "is a name that only old kernels have; today it is xen-netback"), Of("netbk"));
        Assert.Equal((Outcome.NotNeeded, "exists only in old kernels; nothing replaces it"), Of("blktap2"));
        Assert.Equal((Outcome.NotNeeded, "is not part of kernel 6.1.0-test"), Of("my-own"));

        (Outcome, string) Of(string name) => (steps[name].Outcome, steps[name].Text);
    }

    // openSUSE loads backends by their alias, so that a kernel may call them as it likes.
    [Fact]
    public void A_module_that_the_kernel_calls_otherwise_is_found_by_its_alias()
    {
        host.Write("/lib/modules/6.1.0-test/modules.dep", "kernel/drivers/net/netbk.ko.xz:\nkernel/drivers/xen/xen-pciback.ko.xz:\n");
        host.Write("/lib/modules/6.1.0-test/modules.alias",
            "# Aliases\nalias pci:v0000* other\nalias xen-backend:vif netbk\nalias xen-backend:pci xen_pciback\n");
        host.Write("/lib/modules/6.1.0-test/modules.builtin", "kernel/drivers/block/blkbk2.ko\n");
        host.Write("/lib/modules/6.1.0-test/modules.builtin.modinfo", "blkbk2.license=GPL\0blkbk2.alias=xen-backend:vbd\0");
        host.Write("/sys/module/netbk/refcnt", "1");
        host.Write("/sys/module/xen_pciback/refcnt", "1");
        var steps = Modules.Load(host.Files, ["netbk", "xen-backend:pci", "xen-backend:vscsi"])
            .ToDictionary(step => step.What["module ".Length..], step => (step.Outcome, step.Text));
        Assert.Equal((Outcome.Already, "is loaded"), steps["xen-netback"]);
        Assert.Equal((Outcome.Already, "is loaded"), steps["netbk"]);
        Assert.Equal((Outcome.Already, "is loaded"), steps["xen-backend:pci"]);
        Assert.Equal((Outcome.Already, "is built into the kernel"), steps["xen-blkback"]);
        Assert.Equal((Outcome.NotNeeded, "is not part of kernel 6.1.0-test"), steps["xen-backend:vscsi"]);
    }

    [Fact]
    public void NixOS_has_the_running_kernels_modules_elsewhere()
    {
        host.Write("/run/booted-system/kernel-modules/lib/modules/6.1.0-test/modules.builtin", "kernel/drivers/xen/xen-privcmd.ko\n");
        host.Write("/run/booted-system/kernel-modules/lib/modules/6.1.0-test/modules.dep", "");
        var steps = Modules.Load(host.Files, []).ToDictionary(step => step.What["module ".Length..]);
        Assert.Equal("is built into the kernel", steps["xen-privcmd"].Text);
        Assert.Equal("is not part of kernel 6.1.0-test", steps["xen-netback"].Text);
    }

    [Fact]
    public void Folders_are_made_once()
    {
        Assert.All(HostStart.MakeFolders(host.Files), step => Assert.Equal(Outcome.Done, step.Outcome));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(host.At("/run/xen")));
        Assert.All(HostStart.MakeFolders(host.Files), step => Assert.Equal(Outcome.Already, step.Outcome));
    }

    [Fact]
    public void A_folder_that_cannot_be_made_is_said_and_the_others_are_made()
    {
        host.Write("/var/log", "a file");
        var steps = HostStart.MakeFolders(host.Files).ToList();
        Assert.Contains(steps, step => step.Outcome == Outcome.Failed && step.What == "folder /var/log/xen");
        Assert.Contains(steps, step => step.Outcome == Outcome.Done && step.What == "folder /var/lib/xen");
    }

    [Fact]
    public void On_what_is_no_dom0_there_is_nothing_to_do()
    {
        host.Write("/proc/xen/capabilities", "\n");
        Assert.Equal((Outcome.NotNeeded, false), (HostStart.Xenfs(host.Files).Step.Outcome, HostStart.Xenfs(host.Files).IsDom0));
        host.Remove("/proc/xen");
        host.Remove("/sys/hypervisor");
        Assert.Equal("this host does not run on Xen; there is nothing to do", HostStart.Xenfs(host.Files).Step.Text);
    }

    // libxl looks for the pid in the store, and takes the backend for absent without it.
    [Fact]
    public async Task The_QEMU_of_domain_0_has_the_pid_that_the_store_names()
    {
        string socket = host.At("/socket");
        using var process = Store(socket);
        host.Write("/qemu", "#!/bin/sh\necho $$ \"$@\"\n");
        File.SetUnixFileMode(host.At("/qemu"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        await using var store = StoreClient.ConnectSocket(socket);
        var (status, output, _) = Qemu(socket, host.At("/qemu"));
        string pid = output.Split(' ')[0];
        Assert.Equal((0, true), (status, output.Contains(" -xen-domid 0 -xen-attach -name dom0 ", StringComparison.Ordinal)));
        Assert.Equal(pid, await store.ReadTextAsync("/local/domain/0/image/device-model-pid"));
        Assert.Equal(0, Qemu(socket, host.At("/qemu"), "--gone").Status);
        Assert.Null(await store.ReadTextAsync("/local/domain/0/image/device-model-pid"));
        Assert.Equal((0, host.At("/qemu") + "\n", ""), Qemu(socket, host.At("/qemu"), "--find"));
        Assert.Equal(1, Qemu(socket, host.At("/nothing"), "--find").Status);
        Assert.Contains("there is no QEMU for disks of domain 0", Qemu(socket, host.At("/nothing")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Domain_0_is_set_up_once()
    {
        string socket = host.At("/socket");
        using var process = Store(socket);
        await using var store = StoreClient.ConnectSocket(socket);
        var xen = HypervisorChoice.OpenInquiry("simulated:" + host.At("/hv"));
        var uuid = Guid.Parse("01234567-89ab-cdef-0123-456789abcdef");
        host.Write("/run/xen/domid-history", "1 2 3");
        Assert.Equal(Outcome.Done, (await Dom0Nodes.MakeAsync(host.Files, store, xen, uuid)).Outcome);
        Assert.Equal("0", await store.ReadTextAsync("/local/domain/0/domid"));
        Assert.Equal("Domain-0", await store.ReadTextAsync("/local/domain/0/name"));
        Assert.Equal("Pool-0", await store.ReadTextAsync("/local/pool/0/name"));
        string json = File.ReadAllText(host.At($"/var/lib/xen/userdata-d.0.{uuid}.libxl-json"));
        Assert.EndsWith("\0", json, StringComparison.Ordinal);
        var configuration = System.Text.Json.JsonDocument.Parse(json.TrimEnd('\0')).RootElement.GetProperty("c_info");
        Assert.Equal(("pv", uuid.ToString()),
            (configuration.GetProperty("type").GetString(), configuration.GetProperty("uuid").GetString()));
        Assert.False(host.Files.Exists("/run/xen/domid-history"));
        Assert.Equal(uuid.ToString(), host.Files.Read("/hv/handle.0"));
        Assert.Equal(Outcome.Already, (await Dom0Nodes.MakeAsync(host.Files, store, xen, Guid.Empty)).Outcome);
    }

    [Theory]
    [InlineData("", "start, init-dom0, check, metrics, top, xenstored, store swap or qemu-dom0 is needed")]
    [InlineData("begin", "unknown verb begin: start, init-dom0, check, metrics, top, xenstored, store swap and qemu-dom0 are known")]
    [InlineData("start now", "unexpected argument now")]
    [InlineData("init-dom0 1234", "1234 is no UUID")]
    [InlineData("check --nonsense", "unknown option --nonsense")]
    [InlineData("store", "store swap is the only command that begins with store")]
    [InlineData("store swap now", "unexpected argument now")]
    [InlineData("store swap --timeout=x", "--timeout")]
    public void What_makes_no_sense_is_said_in_a_sentence(string line, string said) =>
        Assert.Contains(said,
            Assert.Throws<UsageException>(() => CommonsOptions.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries))).Message,
            StringComparison.Ordinal);

    [Fact]
    public void An_empty_path_is_as_if_the_option_were_not_there()
    {
        var options = CommonsOptions.Parse(["check", "--config=", "--root="]);
        Assert.Equal((null, "/"), (options.ConfigFile, options.Root));
    }

    [Fact]
    public void Where_there_is_no_Xen_start_and_init_succeed_and_say_so()
    {
        foreach (string verb in (string[])["start", "init-dom0"])
        {
            var (status, output, _) = Programs.Run(Checkout.Program("xencommons"), verb);
            Assert.Contains("nothing to do", output, StringComparison.Ordinal);
            Assert.Equal(0, status);
        }
    }

    DaemonProcess Store(string socket)
    {
        var store = new DaemonProcess(Programs.Describe(Checkout.Program("xenstored"),
            ["-N", "--hypervisor", "none", "--pid-file", host.At("/pid")], [new("XENSTORED_PATH", socket)]));
        store.ServesOrEnds(socket);
        return store;
    }

    static (int Status, string Output, string Errors) Qemu(string socket, string qemu, params string[] more) =>
        Programs.Run(Programs.Describe(Checkout.Program("xencommons"), ["qemu-dom0", .. more],
            [new("XENSTORED_PATH", socket), new("QEMU_XEN", qemu)]));
}
