using System.Diagnostics;
using System.Text.Json;

namespace XenDomains.Tests.Program;

/// <summary>
/// The executable starts guests through a toolstack that fails in every way. The numbers are those of defects of upstream's script.
/// </summary>
public sealed class StartTests
{
    [Fact]
    public void Defect_1_A_toolstack_that_does_not_work_is_an_error_and_not_a_success()
    {
        using var stage = new Stage();
        stage.Auto("web");
        stage.Play("list", "", "fail 9 cannot open hypervisor interface");
        var (status, _, said) = stage.Do("start");
        Assert.Equal(1, status);
        Assert.Contains("cannot open hypervisor interface", said, StringComparison.Ordinal);
        Assert.Empty(stage.Deeds);
    }

    // Root, in a folder where others may write, would run what they put there: for each command of its own, and for what runs apart.
    [Theory]
    [InlineData("")]
    [InlineData(".")]
    public void An_xl_of_the_current_folder_is_not_run_even_if_PATH_names_that_folder(string item)
    {
        using var stage = new Stage();
        stage.Auto("web");
        foreach (string folder in (string[])["here", "bin"])
            Directory.CreateDirectory(stage.File(folder));
        File.WriteAllText(stage.File("here/xl"), $"#!/bin/sh\necho \"$@\" >>{stage.File("fooled")}\nexit 1\n");
        File.SetUnixFileMode(stage.File("here/xl"), Xen.Linux.Files.Folder.Public);
        File.CreateSymbolicLink(stage.File("bin/xl"), Checkout.Path("tests/XenDomains.Tests/Program/xl"));
        stage.Environment["PATH"] = $"{item}:{stage.File("bin")}:/usr/bin:/bin";
        var (status, _, said) = stage.DoIn(stage.File("here"), "--xl", "xl", "start");
        Assert.True(status == 0, said);
        Assert.Equal(["web"], stage.Running);
        Assert.False(File.Exists(stage.File("fooled")), said);
    }

    // A name from right to left turned the rest of its line around.
    [Fact]
    public void On_a_terminal_a_name_can_change_nothing_but_its_own_cell()
    {
        using var stage = new Stage();
        stage.Auto("we\u202eb[red]");
        var (status, shown) = stage.DoOnTerminal("start");
        Assert.True(status == 0, shown);
        Assert.Contains(@"we\u202Eb[red]", shown, StringComparison.Ordinal);
        Assert.DoesNotContain('\u202e', shown);
    }

    [Fact]
    public void Defect_2_A_guest_that_does_not_start_is_named_in_the_status_and_stops_no_other()
    {
        using var stage = new Stage();
        stage.Auto("bad");
        stage.Auto("good");
        stage.Play("create", "bad", "fail 9 not enough memory");
        var (status, printed, _) = stage.Do("start");
        Assert.Equal(1, status);
        Assert.Equal(["good"], stage.Running);
        Assert.Contains("bad is not started: xl says: libxl: error: not enough memory", printed, StringComparison.Ordinal);
        Assert.Contains("1 of 2 guests went well; not bad", printed, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("two words"), InlineData("*"), InlineData("[a-z]?"), InlineData("$HOME"), InlineData("-n"), InlineData("it's")]
    public void Defects_3_and_5_Any_name_is_only_a_name(string name)
    {
        using var stage = new Stage("XENDOMAINS_SAVE=");
        stage.Auto(name, file: "config");
        stage.Auto("other");
        Assert.Equal(0, stage.Do("start").Status);
        Assert.Equal(2, stage.Running.Length);
        Assert.Equal(0, stage.Do("start").Status);
        Assert.Equal(2, stage.Running.Length); // neither is started again
        Assert.Equal(0, stage.Do("stop").Status);
        Assert.Empty(stage.Running);
    }

    [Fact]
    public void Defect_6_A_failed_restore_keeps_its_image_and_is_not_followed_by_a_cold_start()
    {
        using var stage = new Stage();
        stage.Auto("web", file: "web.cfg"); // the script compared file names and missed this one
        stage.Image("web");
        stage.Play("restore", "web", "fail 9 cannot restore");
        Assert.Equal(1, stage.Do("start").Status);
        Assert.Empty(stage.Running);
        Assert.True(File.Exists(Path.Combine(stage.Saves, ".xendomains/failed/web")));
        var (status, printed, _) = stage.Do("start");
        Assert.Equal(1, status);
        Assert.Contains("could not be restored; start --discard starts the guest", printed, StringComparison.Ordinal);
        Assert.DoesNotContain(stage.Deeds, deed => deed.StartsWith("create", StringComparison.Ordinal));
        Assert.Equal(0, stage.Do("start", "--discard=web").Status);
        Assert.Equal(["web"], stage.Running);
        Assert.Empty(Directory.EnumerateFiles(stage.Saves, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public void Defect_7_An_image_is_away_before_its_restore_begins_and_gone_when_its_guest_runs()
    {
        using var stage = new Stage();
        stage.Auto("web");
        stage.Image("web");
        Assert.Equal(0, stage.Do("start").Status);
        Assert.Contains(".xendomains/restoring/web", Assert.Single(stage.Deeds), StringComparison.Ordinal);
        Assert.Equal(["web"], stage.Running);
        Assert.Empty(Directory.EnumerateFiles(stage.Saves, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public void An_image_that_is_cut_off_is_put_aside_without_a_try()
    {
        using var stage = new Stage();
        stage.Auto("web");
        stage.Image("web", cut: 7);
        var (status, printed, _) = stage.Do("start");
        Assert.Equal(1, status);
        Assert.Contains("cut off", printed, StringComparison.Ordinal);
        Assert.Empty(stage.Deeds);
    }

    [Fact]
    public void An_image_of_a_guest_that_runs_already_is_never_restored_later()
    {
        using var stage = new Stage();
        stage.Auto("web");
        stage.Image("web");
        stage.Run(3, "web");
        Assert.Equal(0, stage.Do("start").Status);
        Assert.Empty(stage.Deeds);
        File.Delete(stage.File("xl/domains/3"));
        Assert.Equal(0, stage.Do("start").Status);
        Assert.StartsWith("create", Assert.Single(stage.Deeds), StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(stage.Saves, ".xendomains/stale/web")));
    }

    // xendomains was killed after the restore, or before it and somebody started the guest by hand. The xl that watches the guest shows
    // which; without it, the image is kept.
    [Theory]
    [InlineData(true), InlineData(false)]
    public void An_image_whose_restore_had_begun_is_removed_only_if_its_guest_runs_from_it(bool isWatched)
    {
        const string Name = "begun and not ended";
        using var stage = new Stage();
        stage.Auto(Name);
        stage.Run(1, Name);
        string restoring = Path.Combine(stage.Saves, ".xendomains/restoring", Name), xl = stage.File("bin/xl");
        foreach (string file in (string[])[restoring, xl])
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.Move(stage.Image(Name), restoring);
        File.Copy("/bin/bash", xl);
        // As xl in the background: its command line, and the guest's log.
        using var watcher = isWatched ? Process.Start(new ProcessStartInfo("/bin/sh",
            ["-c", "exec \"$0\" -s restore \"$1\" >\"$2\"", xl, restoring, stage.File($"xl-{Name}.log")])
        { RedirectStandardInput = true })
            : null;
        Until(() => watcher is null || File.ReadAllText($"/proc/{watcher.Id}/comm") == "xl\n", "it does not begin");
        Assert.Equal(0, stage.Do("start").Status);
        watcher?.StandardInput.Close();
        watcher?.WaitForExit();
        Assert.Equal((false, !isWatched),
            (File.Exists(restoring), File.Exists(Path.Combine(stage.Saves, ".xendomains/stale", Name))));
    }

    [Fact]
    public void Defects_9_and_10_Guests_start_side_by_side_and_those_that_need_others_after_them()
    {
        using var stage = new Stage();
        stage.Environment["XL_SLEEP"] = "5";
        stage.Auto("a-web", "# xendomains: requires=z-db after=dns");
        stage.Auto("dns", "# xendomains: priority=1");
        stage.Auto("z-db");
        Assert.Equal(0, stage.Do("--parallel=4", "start").Status);
        string[] creates = [.. stage.Calls.Where(call => call.Contains("create", StringComparison.Ordinal)
            && !call.Contains("--dryrun", StringComparison.Ordinal))];
        Assert.Equal(["dns", "z-db"], creates[..2].Select(Path.GetFileName).Order()); // both begin before either ends
        Assert.All(creates[2..4], call => Assert.StartsWith("end ", call, StringComparison.Ordinal));
        Assert.EndsWith("/a-web", creates[4], StringComparison.Ordinal);
    }

    [Fact]
    public void Who_requires_a_guest_that_does_not_start_is_not_started()
    {
        using var stage = new Stage();
        stage.Auto("web", "# xendomains: requires=db");
        stage.Auto("app", "# xendomains: after=db");
        stage.Auto("db");
        stage.Play("create", "db", "fail 9 no");
        var (status, printed, _) = stage.Do("start");
        Assert.Equal(1, status);
        Assert.Contains("web is not started: it requires db", printed, StringComparison.Ordinal);
        Assert.Equal(["app"], stage.Running);
    }

    [Fact]
    public void A_guest_that_is_required_may_run_without_starting_with_the_host()
    {
        using var stage = new Stage();
        stage.Auto("web", "# xendomains: requires=router");
        Assert.Contains("it requires router, which neither runs nor is to be started", stage.Do("start").Printed, StringComparison.Ordinal);
        stage.Run(7, "router");
        Assert.Equal(0, stage.Do("start").Status);
        Assert.Equal(["router", "web"], stage.Running);
    }

    [Fact]
    public void A_guest_that_fails_at_first_is_tried_again()
    {
        using var stage = new Stage();
        stage.Auto("web", "# xendomains: retries=1");
        stage.Play("create", "web", "fail 1 busy");
        var (status, printed, _) = stage.Do("start");
        Assert.Equal(0, status);
        Assert.Contains("is tried again in 2 s", printed, StringComparison.Ordinal);
        Assert.Equal(["web"], stage.Running);
    }

    [Fact]
    public void A_disk_that_is_not_there_is_waited_for_and_then_xl_decides()
    {
        using var stage = new Stage();
        string disk = stage.File("disk");
        stage.Auto("web", $"disk = \"{disk}\"\n# xendomains: wait-within=1");
        stage.Play("create", "web", "fail 1 failed to stat the disk");
        var (status, printed, _) = stage.Do("start");
        Assert.Equal(1, status);
        Assert.Contains($"web is tried all the same: its disk {disk} is not there", printed, StringComparison.Ordinal);
        Assert.Contains("web is not started: xl says: libxl: error: failed to stat the disk", printed, StringComparison.Ordinal);
        stage.Auto("web", $"# xendomains: wait={disk} wait-within=1");
        // The guest's own comments name the disk: nothing is guessed.
        Assert.Contains($"web is not started: {disk} is not there", stage.Do("start").Printed, StringComparison.Ordinal);
        stage.Auto("web", $"disk = \"{disk}\"\n# xendomains: wait-within=60");
        var process = stage.Begin("start").Process;
        Assert.Contains("waits: its disk", process.StandardOutput.ReadLine(), StringComparison.Ordinal);
        File.WriteAllText(disk, "");
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        Assert.Equal(["web"], stage.Running);
    }

    [Fact]
    public void A_command_that_hangs_is_ended_and_its_guest_named()
    {
        using var stage = new Stage();
        stage.Auto("bad", "# xendomains: start-within=1");
        stage.Auto("good");
        stage.Play("create", "bad", "hang");
        var (status, printed, _) = stage.Do("start");
        Assert.Equal(1, status);
        Assert.Contains("bad is not started: it took longer than 1 s", printed, StringComparison.Ordinal);
        Assert.Equal(["good"], stage.Running);
    }

    [Fact]
    public void Defect_16_What_editors_and_package_managers_left_is_named_and_not_started()
    {
        using var stage = new Stage();
        stage.Auto("web");
        foreach (string file in (string[])["web~", "web.bak", ".web.swp", "#web#", "web.dpkg-old"])
            stage.Auto("again", file: file);
        Directory.CreateDirectory(stage.File("auto/sub"));
        File.CreateSymbolicLink(stage.File("auto/dangling"), "/nonexistent");
        var (status, _, said) = stage.Do("start");
        Assert.Equal(0, status);
        Assert.Equal(["web"], stage.Running);
        Assert.Equal(6, said.Split('\n').Count(line => line.EndsWith("it is not started", StringComparison.Ordinal)));
        Assert.Contains("points to /nonexistent, which is not there", said, StringComparison.Ordinal);
        Assert.DoesNotContain(".web.swp", said, StringComparison.Ordinal); // the pattern of Xen's script passes it over, too
    }

    [Fact]
    public void Two_configurations_of_one_name_start_one_guest()
    {
        using var stage = new Stage();
        stage.Auto("web", file: "1");
        stage.Auto("web", file: "2");
        Assert.Contains("auto/2 has the name web of", stage.Do("start").Said, StringComparison.Ordinal);
        Assert.EndsWith("/auto/1", Assert.Single(stage.Deeds), StringComparison.Ordinal);
        Assert.Equal(1, stage.Do("status").Printed.Split("web:").Length - 1);
    }

    [Fact]
    public void Three_hundred_guests_start_and_stop()
    {
        using var stage = new Stage();
        for (int i = 0; i < 300; i++)
            stage.Auto($"guest {i}", i > 0 ? $"# xendomains: after=\"guest {i - 1}\"" : "");
        Assert.Equal(0, stage.Do("-q", "start").Status);
        Assert.Equal(300, stage.Running.Length);
        Assert.Equal(0, stage.Do("-q", "stop").Status);
        Assert.Empty(stage.Running);
        Assert.Equal(300, Directory.EnumerateFiles(stage.Saves).Count());
    }

    [Fact]
    public void A_plan_is_told_and_nothing_is_done()
    {
        using var stage = new Stage();
        stage.Auto("web", "# xendomains: after=db");
        stage.Auto("db");
        stage.Image("db");
        var (status, printed, _) = stage.Do("plan");
        Assert.Equal(0, status);
        Assert.StartsWith("restore db: it was saved on", printed, StringComparison.Ordinal);
        Assert.Contains("create web: it is among those that start with the host (after db)", printed, StringComparison.Ordinal);
        using var json = JsonDocument.Parse(stage.Do("plan", "start", "--json").Printed);
        Assert.Equal(["db", "web"],
            json.RootElement.GetProperty("steps").EnumerateArray().Select(step => step.GetProperty("guest").GetString()));
        Assert.Empty(stage.Deeds);
    }

    [Fact]
    public void A_second_one_waits_for_the_first()
    {
        using var stage = new Stage();
        stage.Environment["XL_SLEEP"] = "5";
        stage.Auto("web");
        using var first = stage.Begin("start");
        Until(() => File.Exists(stage.File("run/lock")), "it does not begin");
        var (status, printed, _) = stage.Do("start");
        Assert.Equal(0, status);
        Assert.Contains($"waits for another one, pid {first.Id}", printed, StringComparison.Ordinal);
        Assert.Contains("start: 1 of 1 guests went well", printed, StringComparison.Ordinal); // it is no guest itself
        first.Process.WaitForExit();
        Assert.Single(stage.Deeds);
    }
}
