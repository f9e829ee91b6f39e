using System.Text.Json;

namespace XenDomains.Tests.Program;

/// <summary>The executable stops guests: saved, migrated, shut down or destroyed, side by side, each with its own time.</summary>
public sealed class StopTests
{
    [Fact]
    public void Defect_8_Guests_stop_side_by_side_in_the_reverse_of_their_order()
    {
        using var stage = new Stage("XENDOMAINS_SAVE=");
        stage.Environment["XL_SLEEP"] = "5";
        stage.Auto("web", "# xendomains: requires=db");
        stage.Auto("app", "# xendomains: after=db");
        stage.Auto("db");
        stage.Run(1, "db");
        stage.Run(2, "app");
        stage.Run(3, "web");
        Assert.Equal(0, stage.Do("--parallel=4", "stop").Status);
        string[] shutdowns = [.. stage.Calls.Where(call => call.Contains("shutdown", StringComparison.Ordinal))];
        Assert.Equal(["shutdown -F 2", "shutdown -F 3"], shutdowns[..2].Order());
        Assert.All(shutdowns[2..4], call => Assert.StartsWith("end ", call, StringComparison.Ordinal));
        Assert.Equal("shutdown -F 1", shutdowns[4]);
    }

    [Fact]
    public void Defect_11_A_guest_without_drivers_gets_its_ACPI_button()
    {
        using var stage = new Stage("XENDOMAINS_SAVE=\nXENDOMAINS_SHUTDOWN=\"--wait -F\"");
        stage.Auto("windows");
        stage.Run(5, "windows");
        Assert.Equal(0, stage.Do("stop").Status);
        Assert.Equal(["shutdown -F 5"], stage.Deeds);
    }

    [Fact]
    public void Defect_12_A_save_that_hangs_is_given_up_alone_and_its_guest_shut_down()
    {
        using var stage = new Stage();
        stage.Auto("bad", "# xendomains: save-within=1");
        stage.Auto("good");
        stage.Run(1, "bad");
        stage.Run(2, "good");
        stage.Play("save", "bad", "hang");
        var (status, printed, _) = stage.Do("stop");
        Assert.Equal(0, status);
        Assert.Contains("bad could not be saved: it took longer than 1 s", printed, StringComparison.Ordinal);
        Assert.Contains("bad has shut down", printed, StringComparison.Ordinal);
        Assert.Equal([Path.Combine(stage.Saves, "good")], Directory.EnumerateFiles(stage.Saves));
        Assert.Empty(stage.Running);
    }

    [Fact]
    public void Defect_13_Without_room_nothing_is_written_and_the_guest_is_shut_down()
    {
        using var stage = new Stage();
        stage.Auto("huge");
        stage.Run(1, "huge", memory: 2_000_000_000);
        var (status, printed, _) = stage.Do("stop");
        Assert.Equal(0, status);
        Assert.Contains("huge is not saved:", printed, StringComparison.Ordinal);
        Assert.Equal(["shutdown -F 1"], stage.Deeds);
    }

    [Fact]
    public void A_save_folder_that_cannot_be_written_leaves_the_other_ways()
    {
        using var stage = new Stage();
        stage.Auto("web");
        stage.Run(1, "web");
        Directory.Delete(stage.Saves);
        File.WriteAllText(stage.Saves, "a file where the folder was");
        var (status, printed, _) = stage.Do("stop");
        Assert.Equal(0, status);
        Assert.Contains("web could not be stopped by save: ", printed, StringComparison.Ordinal);
        Assert.Contains("web has shut down", printed, StringComparison.Ordinal);
    }

    [Fact]
    public void An_older_image_of_a_guest_that_ran_is_put_aside_before_it_is_saved_again()
    {
        using var stage = new Stage();
        stage.Auto("web");
        stage.Image("web");
        stage.Run(1, "web");
        stage.Play("save", "web", "fail 9 no");
        Assert.Equal(0, stage.Do("stop").Status);
        Assert.Empty(Directory.EnumerateFiles(stage.Saves));
        Assert.True(File.Exists(Path.Combine(stage.Saves, ".xendomains/stale/web")));
    }

    // One of them took the file of the other.
    [Theory]
    [InlineData("start"), InlineData("stop")]
    public void A_saved_and_a_failed_image_of_a_guest_that_runs_are_both_kept(string verb)
    {
        using var stage = new Stage();
        stage.Auto("web");
        Directory.CreateDirectory(Path.Combine(stage.Saves, ".xendomains/failed"));
        File.Move(stage.Image("web", cut: 1), Path.Combine(stage.Saves, ".xendomains/failed/web"));
        long saved = new FileInfo(stage.Image("web")).Length;
        stage.Run(1, "web");
        Assert.Equal(0, stage.Do(verb).Status);
        string[] kept = Directory.GetFiles(Path.Combine(stage.Saves, ".xendomains/stale"));
        Assert.Equal(["web", "web%.1"], kept.Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal([saved - 1, saved], kept.Select(file => new FileInfo(file).Length).Order());
        stage.Run(2, "web");
        string found = stage.Do("check").Printed;
        Assert.All(kept, file => Assert.Contains($"{file} is an image that web went on without", found, StringComparison.Ordinal));
    }

    [Fact]
    public void Half_an_image_is_an_error_and_never_restored()
    {
        using var stage = new Stage();
        stage.Auto("web");
        stage.Run(1, "web");
        stage.Play("save", "web", "half");
        var (status, printed, _) = stage.Do("stop");
        Assert.Equal(1, status);
        Assert.Contains("is not whole: it is cut off", printed, StringComparison.Ordinal);
        Assert.Equal(0, stage.Do("start").Status); // there is nothing to lose any more
        Assert.StartsWith("create", stage.Deeds[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void Defect_14_Guests_that_are_not_ours_are_left_alone()
    {
        using var stage = new Stage("XENDOMAINS_AUTO_ONLY=true\nXENDOMAINS_SHUTDOWN_ALL=\"--all --wait\"");
        stage.Auto("ours");
        stage.Run(1, "ours");
        stage.Run(2, "other");
        Assert.Equal(0, stage.Do("stop").Status);
        Assert.Equal(["other"], stage.Running);
        using var all = new Stage("XENDOMAINS_AUTO_ONLY=false\nXENDOMAINS_SAVE=");
        all.Run(2, "other");
        Assert.Equal(0, all.Do("stop").Status);
        Assert.Empty(all.Running);
    }

    [Fact]
    public void XENDOMAINS_SHUTDOWN_ALL_alone_shuts_down_the_guests_of_the_folder()
    {
        using var stage = new Stage(
            "XENDOMAINS_SAVE=\nXENDOMAINS_SHUTDOWN=\nXENDOMAINS_SHUTDOWN_ALL=\"--all --wait\"\nXENDOMAINS_AUTO_ONLY=true");
        stage.Auto("ours");
        stage.Run(1, "ours");
        stage.Run(2, "other");
        stage.Do("stop");
        Assert.Equal(["shutdown -F 1"], stage.Deeds);
        Assert.Equal(["other"], stage.Running);
    }

    [Fact]
    public void A_guest_that_ignores_what_it_is_asked_is_destroyed_and_that_is_no_success()
    {
        using var stage = new Stage("XENDOMAINS_SAVE=");
        stage.Auto("deaf", "# xendomains: shutdown-within=1");
        stage.Run(1, "deaf");
        stage.Play("shutdown", "deaf", "ignore");
        var (status, printed, _) = stage.Do("stop");
        Assert.Equal(1, status);
        Assert.Contains("deaf was destroyed: nothing else had stopped it", printed, StringComparison.Ordinal);
        Assert.Equal(["shutdown -F 1", "destroy 1"], stage.Deeds);
    }

    [Fact]
    public void A_paused_guest_and_one_that_a_migration_receives_are_named_and_neither_is_harmed()
    {
        using var stage = new Stage("XENDOMAINS_SAVE=\nXENDOMAINS_STOP_MAXWAIT=1");
        stage.Auto("held");
        stage.Run(1, "held", "--p---");
        stage.Run(2, "web--incoming", "--p---");
        stage.Play("shutdown", "held", "ignore");
        var (status, printed, _) = stage.Do("stop");
        Assert.Equal(1, status);
        Assert.Contains(
            "held still runs: nothing that is switched on has stopped it; it is paused, and cannot answer: `xl unpause 1` lets it",
            printed, StringComparison.Ordinal);
        Assert.Contains("web--incoming is ", printed, StringComparison.Ordinal);
        Assert.Contains("it is being received by a migration", printed, StringComparison.Ordinal);
        Assert.Equal(["shutdown -F 1"], stage.Deeds);
        Assert.Equal(["held", "web--incoming"], stage.Running);
    }

    [Fact]
    public void Where_destroying_is_switched_off_it_still_runs_and_is_named()
    {
        using var stage = new Stage("XENDOMAINS_SAVE=\nXENDOMAINS_DESTROY=no");
        stage.Auto("deaf", "# xendomains: shutdown-within=1");
        stage.Run(1, "deaf");
        stage.Play("shutdown", "deaf", "ignore");
        var (status, printed, _) = stage.Do("stop");
        Assert.Equal(1, status);
        Assert.Contains("deaf still runs", printed, StringComparison.Ordinal);
        Assert.Equal(["deaf"], stage.Running);
    }

    [Fact]
    public void A_guest_that_reboots_instead_is_asked_again()
    {
        using var stage = new Stage("XENDOMAINS_SAVE=");
        stage.Auto("web");
        stage.Run(41, "web");
        stage.Play("shutdown", "web", "reboot");
        Assert.Equal(0, stage.Do("stop").Status);
        Assert.Equal(["shutdown -F 41", "shutdown -F 1"], stage.Deeds);
        Assert.Empty(stage.Running);
    }

    [Fact]
    public void SysRq_comes_first_and_migration_before_a_save()
    {
        using var stage = new Stage("XENDOMAINS_SYSRQ=\"s u\"\nXENDOMAINS_USLEEP=1000\nXENDOMAINS_MIGRATE=\"--live other-host\"");
        stage.Auto("web");
        stage.Auto("stays");
        stage.Run(1, "web");
        stage.Play("migrate", "stays", "fail 9 no route");
        Assert.Equal(0, stage.Do("stop").Status);
        Assert.Equal(["sysrq 1 s", "sysrq 1 u", "migrate 1 --live other-host"], stage.Deeds);
        stage.Run(7, "stays");
        Assert.Equal(0, stage.Do("stop").Status);
        Assert.StartsWith("save 7", stage.Deeds[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_guests_own_ways_count()
    {
        using var stage = new Stage();
        stage.Auto("web", "# xendomains: stop=shutdown");
        stage.Run(1, "web");
        Assert.Equal(0, stage.Do("stop").Status);
        Assert.Equal(["shutdown -F 1"], stage.Deeds);
    }

    [Fact]
    public void A_guest_whose_configuration_is_broken_by_now_is_stopped_all_the_same()
    {
        using var stage = new Stage("XENDOMAINS_SAVE=");
        stage.Auto("web");
        stage.Run(1, "web");
        stage.Play("dryrun", "web", "fail 9 config parsing error");
        Assert.Equal(0, stage.Do("stop").Status);
        Assert.Equal(["shutdown -F 1"], stage.Deeds);
        var (status, printed, _) = stage.Do("start");
        Assert.Equal(1, status);
        Assert.Contains("web is not started: ", printed, StringComparison.Ordinal);
        Assert.Contains("config parsing error", printed, StringComparison.Ordinal);
    }

    [Fact]
    public void Only_those_that_are_named_are_saved()
    {
        using var stage = new Stage();
        stage.Auto("one");
        stage.Auto("two");
        stage.Run(1, "one");
        stage.Run(2, "two");
        Assert.Equal(0, stage.Do("save", "two").Status);
        Assert.Equal(["one"], stage.Running);
        Assert.Equal([Path.Combine(stage.Saves, "two")], Directory.EnumerateFiles(stage.Saves));
    }

    [Fact]
    public void Status_is_upstreams()
    {
        using var stage = new Stage();
        stage.Auto("web");
        Assert.Equal(3, stage.Do("status").Status); // never started
        stage.Do("start");
        Assert.Equal(0, stage.Do("status").Status);
        stage.Auto("second");
        Assert.Equal(1, stage.Do("status").Status); // one is missing
        stage.Do("start");
        stage.Image("third");
        Assert.Equal(1, stage.Do("status").Status); // an image waits
        File.Delete(Path.Combine(stage.Saves, "third"));
        using var json = JsonDocument.Parse(stage.Do("status", "--json").Printed);
        Assert.Equal(2, json.RootElement.GetProperty("guests").GetArrayLength());
        stage.Do("stop");
        Assert.Equal(3, stage.Do("status").Status);
    }

    [Fact]
    public void Status_tells_the_last_result_of_each_operation()
    {
        using var stage = new Stage();
        stage.Auto("web");
        stage.Auto("bad");
        stage.Play("create", "bad", "fail 9 no memory");
        stage.Do("start");
        stage.Do("start"); // for web there is nothing to do, and its result stays
        stage.Do("save", "web");
        Assert.Equal(["bad start False", "web save True", "web start True"], Results(stage, "status", "--json"));
        Assert.Equal(Results(stage, "status", "--json"), Results(stage, "status", "--json", "--quick"));
        File.WriteAllText(stage.File("run/results"), "{\"results\": [{\"guest\": 7}]}");
        Assert.Empty(Results(stage, "status", "--json")); // of whatever else wrote there

        static string[] Results(Stage stage, params string[] words)
        {
            using var json = JsonDocument.Parse(stage.Do(words).Printed);
            return [.. from one in json.RootElement.GetProperty("results").EnumerateArray()
                       let line = $"{one.GetProperty("guest")} {one.GetProperty("operation")} {one.GetProperty("went_well")}"
                       orderby line
                       select line];
        }
    }

    // It is called every half minute, for monitoring.
    [Fact]
    public void A_quick_status_asks_the_toolstack_for_its_list_only()
    {
        using var stage = new Stage();
        stage.Auto("web");
        stage.Auto("it's");
        stage.Do("start", "web");
        int before = stage.Calls.Length;
        using var json = JsonDocument.Parse(stage.Do("status", "--json", "--quick").Printed);
        Assert.Equal(["list -v", "end list -v"], stage.Calls[before..]);
        Assert.Equal(["it's absent True", "web running True"],
            from guest in json.RootElement.GetProperty("guests").EnumerateArray()
            let line = $"{guest.GetProperty("name")} {guest.GetProperty("domain_state")} {guest.GetProperty("auto")}"
            orderby line
            select line);
    }

    [Fact]
    public void Reload_stops_nobody_and_says_what_is_wrong_with_the_settings()
    {
        using var stage = new Stage("XENDOMAINS_RESTORE=perhaps");
        stage.Auto("web");
        stage.Do("start");
        var (status, _, said) = stage.Do("reload");
        Assert.Equal(1, status);
        Assert.Contains("XENDOMAINS_RESTORE is \"perhaps\"", said, StringComparison.Ordinal);
        Assert.Equal(["web"], stage.Running);
    }

    [Fact]
    public void Words_that_are_not_understood_are_named()
    {
        using var stage = new Stage();
        Assert.Equal((3, "xendomains: unknown verb begin (xendomains --help lists them)\n"),
            (stage.Do("begin").Status, stage.Do("begin").Said));
        Assert.Equal(22, stage.Do("start", "--fast").Status);
        Assert.Equal(22, stage.Do("plan", "everything").Status);
        Assert.Equal(6, stage.Do("--config=/nonexistent", "start").Status);
        Assert.Equal(0, stage.Do("--config=/nonexistent", "stop").Status);
        Assert.Contains("Usage: xendomains", stage.Do("--help").Printed, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_finds_what_would_go_wrong_and_nothing_on_a_good_host()
    {
        using var stage = new Stage();
        stage.Auto("web", $"kernel = \"{Environment.ProcessPath}\"");
        Assert.Equal((0, ""), (stage.Do("check").Status, stage.Do("check").Printed));
        stage.Auto("nokernel", "kernel = \"/nonexistent/vmlinuz\"");
        stage.Auto("nodisk", "disk = \"/nonexistent/disk\"");
        stage.Auto("web", file: "twice");
        stage.Auto("circle1", "# xendomains: after=circle2");
        stage.Auto("circle2", "# xendomains: requires=circle1 wrong=word");
        stage.Auto("alone", "# xendomains: requires=nobody");
        File.WriteAllText(stage.File("auto/broken"), "this is no configuration\n");
        stage.Auto("backup", file: "web.bak");
        stage.Image("cut", cut: 9);
        stage.Environment["XL_FREE"] = "100";
        var (status, printed, _) = stage.Do("check");
        Assert.Equal(1, status);
        string[] findings =
        [
            "nokernel: its kernel /nonexistent/vmlinuz is not there", "nodisk: its disk /nonexistent/disk is not there",
            "has the name web of", "a circular dependency", "\"wrong=word\" is not understood",
            "alone would not start: it requires nobody", "config parsing error", "web.bak looks like", "cut would not start",
            "MiB of memory, and the host has 100 MiB",
        ];
        foreach (string finding in findings)
            Assert.Contains(finding, printed, StringComparison.Ordinal);
        using var json = JsonDocument.Parse(stage.Do("check", "--json").Printed);
        Assert.Equal(printed.Split('\n').Length - 1, json.RootElement.GetProperty("findings").GetArrayLength());
    }
}
