using XenDomains.Configuration;
using XenDomains.Facts;
using XenDomains.Planning;

namespace XenDomains.Tests.Program;

/// <summary>
/// Hosts as they are: files of settings as distributions ship them, driver domains, names in old encodings. The executable harms no guest
/// of these hosts.
/// </summary>
public sealed class RealHostsTests
{
    const string DebiansFile = "XENDOMAINS_MIGRATE=\"\"\nXENDOMAINS_SAVE=FOLDER/save\nXENDOMAINS_RESTORE=true\n"
        + "XENDOMAINS_AUTO=FOLDER/auto\nXENDOMAINS_STOP_MAXWAIT=300\n";

    [Fact]
    public void With_Debians_file_a_guest_that_was_started_by_hand_is_saved_too()
    {
        using var stage = new Stage();
        stage.Settings(DebiansFile);
        stage.Auto("byhand"); // for the toolstack that plays to have its image
        File.Delete(stage.File("auto/byhand"));
        stage.Run(1, "byhand");
        var (planned, plan, _) = stage.Do("plan", "stop");
        Assert.Equal((0, "stop byhand: save within 300 s, else shutdown within 300 s, else destroy within 300 s\n"), (planned, plan));
        Assert.Equal(0, stage.Do("stop").Status);
        Assert.Equal([Path.Combine(stage.Saves, "byhand")], Directory.EnumerateFiles(stage.Saves));
    }

    [Fact]
    public void With_Gentoos_file_guests_are_shut_down_and_none_is_saved()
    {
        using var stage = new Stage();
        stage.Settings("AUTODIR=FOLDER/auto\nPARALLEL_SHUTDOWN=yes\n");
        stage.Auto("web");
        stage.Run(1, "web");
        Assert.Equal("stop web: shutdown, else destroy\n", stage.Do("plan", "stop").Printed);
        Assert.Equal(0, stage.Do("stop").Status);
        Assert.Equal(["shutdown -F 1"], stage.Deeds);
    }

    // Gentoo's and Alpine's scripts stop guests one by one: the stop ended with an exception, and all guests ran on.
    [Theory]
    [InlineData("# xendomains: after=net"), InlineData("# xendomains: requires=net")]
    [InlineData("# json: \"nics\": [{\"backend_domname\": \"net\"}]")]
    public void With_Gentoos_file_one_by_one_a_guest_needs_the_one_before_it_in_the_line(string need)
    {
        using var stage = new Stage();
        stage.Settings("AUTODIR=FOLDER/auto\nPARALLEL_SHUTDOWN=no\n");
        stage.Auto("net");
        stage.Auto("app", need);
        stage.Run(1, "net");
        stage.Run(2, "app");
        Assert.Equal(0, stage.Do("stop").Status);
        Assert.Equal(["shutdown -F 2", "shutdown -F 1"], stage.Deeds);
        Assert.Empty(stage.Running);
    }

    [Fact]
    public void NixOS_settings_are_its_packages_and_its_own()
    {
        using var stage = new Stage();
        File.WriteAllText(stage.File("package"),
            $"XENDOMAINS_AUTO={stage.Folder}/auto\nXENDOMAINS_SAVE=/var/lib/xen/save\nXENDOMAINS_SHUTDOWN=--wait\n"
            + "XENDOMAINS_AUTO_ONLY=true\n");
        stage.Settings("source FOLDER/package\n\nXENDOMAINS_SAVE=\n");
        stage.Auto("web");
        stage.Run(1, "web");
        Assert.Equal((0, ""), (stage.Do("reload").Status, stage.Do("reload").Said));
        Assert.Equal(0, stage.Do("stop").Status);
        Assert.Equal(["shutdown -F 1"], stage.Deeds);
    }

    [Theory]
    // Xen's file.
    [InlineData("XENDOMAINS_CREATE_USLEEP=5000000\nXENDOMAINS_SAVE=FOLDER/save\nXENDOMAINS_AUTO=FOLDER/auto\nXENDOMAINS_AUTO_ONLY=false\n"
        + "XENDOMAINS_SYSRQ=\nXENDOMAINS_SHUTDOWN=--wait\nXENDOMAINS_SHUTDOWN_ALL=\"--all --wait\"\n", 1)]
    [InlineData("SCREEN=\"yes\"\nSCREEN_NAME=\"xen\"\nSCREEN_LOG_INTERVAL=\"1\"\nAUTODIR=FOLDER/auto\n", 3)] // Gentoo's with USE=screen
    public void What_a_distribution_ships_is_noted_and_is_no_finding(string settings, int notes)
    {
        using var stage = new Stage();
        stage.Settings(settings);
        var (status, printed, _) = stage.Do("check");
        Assert.Equal(0, status);
        string[] lines = printed.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(notes, lines.Length);
        Assert.All(lines, line => Assert.StartsWith("note: ", line, StringComparison.Ordinal));
        Assert.Equal("there is nothing to do\n" + printed, stage.Do("plan").Printed);
        string json = stage.Do("--json", "check").Printed;
        Assert.Contains("\"findings\":[],\"remarks\":[\"",
            json.Replace(" ", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Equal(("", 0), (stage.Do("--quiet", "start").Said, stage.Do("--quiet", "start").Status));
    }

    [Fact]
    public void Who_would_be_cut_off_is_an_error_of_check_of_the_plan_and_of_the_stop()
    {
        using var stage = new Stage("XENDOMAINS_AUTO_ONLY=true");
        stage.Run(1, "byhand");
        foreach (string verb in (string[])["check", "plan", "stop"])
        {
            var (status, printed, _) = stage.Do(verb == "plan" ? ["plan", "stop"] : [verb]);
            Assert.Equal(1, status);
            Assert.Contains("byhand", printed, StringComparison.Ordinal);
            Assert.Contains("when the host goes down it is cut off", printed, StringComparison.Ordinal);
        }
        Assert.StartsWith("error: leave byhand: ", stage.Do("plan", "stop").Printed, StringComparison.Ordinal);
        Assert.Equal(["byhand"], stage.Running);
    }

    [Fact]
    public void Without_settings_a_stop_says_whom_it_leaves()
    {
        using var stage = new Stage();
        stage.Run(1, "byhand");
        var (status, _, said) = stage.Do("--config=/nonexistent", "stop");
        Assert.Equal(1, status);
        Assert.Contains("byhand is not stopped: when the host goes down it is cut off", said, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_settings_a_plan_and_a_check_name_whom_a_stop_would_leave()
    {
        using var stage = new Stage();
        var (status, printed, said) = stage.Do("--config=/nonexistent", "plan", "stop");
        Assert.Equal((6, "there is nothing to do\n", "xendomains: there are no settings: /nonexistent\n"), (status, printed, said));
        Assert.Equal(6, stage.Do("--config=/nonexistent", "check").Status);
        stage.Run(1, "byhand");
        (status, printed, _) = stage.Do("--config=/nonexistent", "plan", "stop");
        Assert.Equal((1, "error: leave byhand: there are no settings: when the host goes down it is cut off\n"), (status, printed));
        (status, printed, _) = stage.Do("--config=/nonexistent", "check");
        Assert.Equal(1, status);
        Assert.Equal("there are no settings: /nonexistent, and so byhand is not stopped: when the host goes down it is cut off\n", printed);
        Assert.Equal(6, stage.Do("--config=/nonexistent", "plan", "start").Status);
    }

    // "its disk is there" was said of a link, whatever had become of what it leads to.
    [Fact]
    public void A_link_that_leads_to_nothing_is_a_disk_a_kernel_and_a_wait_that_are_not_there()
    {
        using var stage = new Stage();
        File.CreateSymbolicLink(stage.File("link"), stage.File("share/disk"));
        stage.Auto("app",
            $"# xendomains: wait={stage.Folder}/link\n"
            + $"# json: \"disks\": [{{\"pdev_path\": \"{stage.Folder}/link\"}}], \"b_info\": {{\"kernel\": \"{stage.Folder}/link\"}}");
        string[] said = stage.Do("check").Printed.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(
        [
            $"app: its kernel {stage.Folder}/link is not there",
            $"app: {stage.Folder}/link is not there",
            $"app: its disk {stage.Folder}/link is not there",
        ], said.Where(line => line.StartsWith("app:", StringComparison.Ordinal)));
        Directory.CreateDirectory(stage.File("share"));
        File.WriteAllText(stage.File("share/disk"), "");
        Assert.DoesNotContain("app:", stage.Do("check").Printed, StringComparison.Ordinal);
    }

    // A share that is not mounted, or a slip in the name: "0 of 0 guests went well" was all.
    [Fact]
    public void A_folder_of_configurations_that_is_not_there_is_said()
    {
        using var stage = new Stage();
        stage.Settings("XENDOMAINS_AUTO=FOLDER/nowhere\n");
        foreach (string[] words in (string[][])[["check"], ["plan", "start"], ["start"]])
        {
            var (status, printed, said) = stage.Do(words);
            Assert.Contains($"there is no folder {stage.Folder}/nowhere (XENDOMAINS_AUTO): no guest of it starts with the host",
                printed + said, StringComparison.Ordinal);
            Assert.Equal(words[0] == "check" ? 1 : 0, status);
        }
    }

    [Fact]
    public void Words_that_xl_does_not_have_are_named_and_the_guest_is_asked_without_them()
    {
        using var stage = new Stage();
        stage.Settings(
            "XENDOMAINS_SAVE=\nXENDOMAINS_SHUTDOWN=\"--halt --wait\"\nXENDOMAINS_SHUTDOWN_ALL=\"--all --halt --wait\"\n"
            + "XENDOMAINS_AUTO=FOLDER/auto\nXENDOMAINS_AUTO_ONLY=false\n");
        stage.Run(1, "web");
        foreach (string verb in (string[])["check", "reload"])
        {
            var (status, printed, said) = stage.Do(verb);
            Assert.Equal(1, status);
            Assert.Contains("XENDOMAINS_SHUTDOWN has --halt, which xl shutdown does not have: it is left out", printed + said,
                StringComparison.Ordinal);
        }
        Assert.Equal(0, stage.Do("stop").Status);
        Assert.Equal(["shutdown -F 1"], stage.Deeds);
    }

    [Fact]
    public void Whom_xl_cannot_ask_is_asked_once_more_in_the_plainest_words()
    {
        using var stage = new Stage("XENDOMAINS_SAVE=");
        stage.Run(1, "web");
        stage.Play("shutdown", "web", "refuse");
        Assert.Equal(0, stage.Do("stop").Status);
        Assert.Equal(["shutdown -F 1", "shutdown 1"], stage.Deeds);
    }

    [Fact]
    public void Who_could_never_be_asked_is_not_destroyed()
    {
        using var stage = new Stage("XENDOMAINS_SAVE=");
        stage.Run(1, "web");
        stage.Play("shutdown", "web", "fail 9 it does not work");
        var (status, printed, _) = stage.Do("stop");
        Assert.Equal(1, status);
        Assert.Contains("web is not destroyed, because it could never be asked to shut down", printed, StringComparison.Ordinal);
        Assert.Contains("web still runs", printed, StringComparison.Ordinal);
        Assert.Equal(["web"], stage.Running);
        Assert.DoesNotContain("destroy 1", stage.Deeds);
    }

    [Fact]
    public void Who_does_not_answer_has_been_asked_and_has_the_time_that_it_was_given()
    {
        using var stage = new Stage("XENDOMAINS_SAVE=\nXENDOMAINS_STOP_MAXWAIT=4");
        stage.Run(1, "deaf");
        stage.Play("shutdown", "deaf", "deaf");
        var (status, printed, _) = stage.Do("stop");
        Assert.Equal(1, status);
        Assert.Contains("deaf has not shut down within 4 s", printed, StringComparison.Ordinal);
        Assert.Contains("deaf was destroyed", printed, StringComparison.Ordinal);
        Assert.Equal(["shutdown -F 1", "destroy 1"], stage.Deeds);
    }

    [Fact]
    public void A_driver_domain_is_created_before_its_user_and_stopped_after_it()
    {
        using var stage = new Stage("XENDOMAINS_SAVE=");
        stage.Auto("app",
            """# json: "disks": [{"backend_domname": "net1", "pdev_path": "/dev/only/there", "vdev": "xvda"}], "nics": ["""
            + """{"backend_domname": "net1", "bridge": "br-none"}]""");
        stage.Auto("net1");
        Assert.Equal(0, stage.Do("--parallel=4", "start").Status); // what only net1 has is not waited for
        Assert.Equal(["net1", "app"], stage.Deeds.Select(Path.GetFileName));
        Assert.Equal(0, stage.Do("--parallel=4", "stop").Status);
        Assert.Equal(["shutdown -F 2", "end shutdown -F 2", "shutdown -F 1"],
            stage.Calls.Where(call => call.Contains("shutdown", StringComparison.Ordinal)).Take(3));
    }

    [Fact]
    public void What_another_serves_is_not_waited_for_and_xl_is_asked_at_once()
    {
        using var stage = new Stage("XENDOMAINS_WAIT=3000");
        stage.Auto("disks",
            """# json: "disks": [{"backend_domname": "storage", "pdev_path": "/dev/only/there", "vdev": "xvda"}, """
            + """{"pdev_path": "/dev/made/by/the/script", "vdev": "xvdb", "script": "block-own"}]""");
        // The name lo is that of a device which is no bridge.
        stage.Auto("switch",
            """# json: "nics": [{"bridge": "ovsbr0.100", "script": "vif-openvswitch"}, """
            + """{"bridge": "lo.100"}, {"bridge": "ovsbr0.100:200"}]""");
        var (status, _, said) = stage.Do("start");
        Assert.Equal(0, status);
        Assert.Equal(["disks", "switch"], stage.Running);
        Assert.Contains("disks: its devices come from storage, which neither runs nor is to be started", said, StringComparison.Ordinal);
    }

    [Fact]
    public void A_driver_domain_that_fails_is_not_its_users_that_have_none()
    {
        using var stage = new Stage();
        stage.Auto("app", """# json: "nics": [{"backend_domname": "net1"}]""");
        stage.Auto("net1");
        stage.Auto("plain");
        stage.Play("create", "net1", "fail 9 no memory");
        var (status, printed, _) = stage.Do("start");
        Assert.Equal(1, status);
        Assert.Contains("app is not started: its devices come from net1", printed, StringComparison.Ordinal);
        Assert.Equal(["plain"], stage.Running);
    }

    [Fact]
    public void A_driver_domain_that_runs_and_is_not_ready_in_time_stops_nobody()
    {
        using var stage = new Stage();
        stage.Auto("app", """# json: "nics": [{"backend_domname": "net1"}]""");
        stage.Auto("net1", "# xendomains: ready=store:never ready-within=1");
        var (status, printed, _) = stage.Do("start");
        Assert.Equal(1, status);
        Assert.Contains("app is tried all the same: its devices come from net1, which is not ready", printed, StringComparison.Ordinal);
        Assert.Equal(["app", "net1"], stage.Running);
    }

    [Fact]
    public void Check_counts_what_guests_start_with_and_names_PCI_and_pygrub()
    {
        using var stage = new Stage();
        stage.Environment["XL_FREE"] = "1000";
        stage.Auto("bal", "# build: \"target_memkb\": 32768");
        stage.Settings(DebiansFile);
        Assert.Equal((0, ""), (stage.Do("check").Status, stage.Do("check").Printed));
        stage.Auto("net", """# json: "pcidevs": [{"bus": 1}]""");
        stage.Auto("old", "# build: \"bootloader\": \"pygrub\"");
        stage.Auto("safe", "# build: \"bootloader\": \"pygrub\", \"bootloader_restrict\": \"True\"");
        stage.Run(32000, "last");
        var (status, printed, _) = stage.Do("check");
        Assert.Equal(1, status);
        string[] findings = printed.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, findings.Length); // of the number nothing: xl uses numbers again
        Assert.Contains(findings, finding =>
            finding.StartsWith("net has PCI devices, and so cannot be saved: it is shut down instead", StringComparison.Ordinal));
        Assert.Contains(findings, finding => finding.StartsWith("old: pygrub reads its disk as root", StringComparison.Ordinal)
            && finding.Contains("XSA-508", StringComparison.Ordinal));
    }

    // Met on a Gentoo, whose package keeps the empty folder by such a file, and where a copy lay beside the guest.
    [Fact]
    public void What_begins_with_a_dot_is_no_guest_and_a_copy_of_a_guest_counts_for_nothing()
    {
        using var stage = new Stage();
        stage.Environment["XL_FREE"] = "100";
        stage.Settings(DebiansFile);
        stage.Auto("web", "# build: \"target_memkb\": 65536");
        File.WriteAllText(stage.File("auto/.keep_app-emulation_xen-tools-0"), "");
        Assert.Equal((0, ""), (stage.Do("check").Status, stage.Do("check").Printed));
        File.Copy(stage.File("auto/web"), stage.File("auto/web (copy)"));
        string said = stage.Do("check").Printed;
        Assert.Contains("has the name web of", said, StringComparison.Ordinal);
        Assert.DoesNotContain("all guests together", said, StringComparison.Ordinal);
    }

    // A good file was held back by a broken one of the same name, at which Xen's script fails and goes on.
    [Fact]
    public void Of_several_files_of_one_name_one_without_a_fault_counts()
    {
        GuestConfig Web(string file, string? fault) => new(file, "web", Annotations.Parse("", "web", [])) { Fault = fault };
        var none = new HashSet<string>();
        var facts = new HostFacts(DomainsConfig.Parse("", "settings"),
            [Web("00-web", "parsing error"), Web("web", null), Web("web (copy)", null)], [], [], none, none, []);
        var plan = StartPlan.Make(facts);
        Assert.Equal("web", Assert.Single(plan.Steps).Config!.File);
        Assert.Equal(["00-web has the name web of web: it is not started", "web (copy) has the name web of web: it is not started"],
            plan.Remarks);
    }

    const string LacksAll =
        "# xendomains: wait=/gone/a,mount:/gone/b after=nobody,db\n"
        + """# build: "ramdisk": "/gone/initrd", "bootloader": "/gone/loader", "device_model": "/gone/qemu", "type.hvm": """
        + """{"system_firmware": "/gone/ovmf"}""" + "\n"
        + """# json: "disks": [{"pdev_path": "/gone/c", "vdev": "xvda"}, {"pdev_path": "/gone/d", "vdev": "xvdb"}, """
        + """{"pdev_path": "phy:vg0/gone", "vdev": "xvdc"}], "nics": [{"bridge": "br-gone"}, {"bridge": "lo"}, {}]""";

    [Fact]
    public void Check_says_all_that_a_guest_lacks_and_not_only_the_first()
    {
        using var stage = new Stage();
        stage.Auto("web", LacksAll);
        stage.Auto("db");
        var (status, printed, _) = stage.Do("check");
        Assert.Equal(1, status);
        string[] gone = Directory.Exists("/sys/class/net/xenbr0") ? [] : ["web: its bridge xenbr0 is not there"];
        Assert.Equal(
        [
            "web: its ramdisk /gone/initrd is not there",
            "web: its boot loader /gone/loader is not there",
            "web: its device model /gone/qemu is not there",
            "web: its firmware /gone/ovmf is not there",
            "web: its disk phy:vg0/gone is not there: xl uses this path as it is written; write an absolute path",
            "web: /gone/a is not there",
            "web: /gone/b is not mounted",
            "web: its disk /gone/c is not there",
            "web: its disk /gone/d is not there",
            "web: its bridge br-gone is not there",
            .. gone,
            "web: its bridge lo is a network device and no bridge: name a bridge, or, if it is one of Open vSwitch, script=vif-openvswitch",
            "web: after=nobody in its comments, and there is no guest nobody",
        ], printed.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public void Guests_whose_names_differ_only_in_bytes_that_are_no_text_are_two()
    {
        using var stage = new Stage("XENDOMAINS_SAVE=");
        foreach (byte one in (byte[])[0xE8, 0xE9])
            File.WriteAllBytes(stage.File($"auto/caf{one:x}"), [.. "name = \"caf"u8, one, .. "\"\n"u8]);
        Assert.Equal((0, ""), (stage.Do("start").Status, stage.Do("start").Said)); // the second finds them running
        Assert.Equal(2, stage.Deeds.Length);
        Assert.Contains("caf\uFFFDE9: is running as domain", stage.Do("status").Printed, StringComparison.Ordinal);
        Assert.Equal(0, stage.Do("stop", "caf\uFFFDE9").Status);
        byte[] left = File.ReadAllBytes(Assert.Single(Directory.EnumerateFiles(stage.File("xl/domains"))));
        Assert.Equal(0xE8, left[3]);
    }
}
