using Xen.Linux.Files;

namespace XenDomains.Tests.Program;

/// <summary>The executable asks xl once what a configuration means, and again when anything may have changed that.</summary>
public sealed class AnswersTests
{
    static readonly string[] Verbs = ["check", "plan", "status"];

    [Fact]
    public void Of_300_unchanged_configurations_none_is_read_twice_and_all_is_told_as_before()
    {
        using var stage = new Stage();
        for (int i = 0; i < 300; i++)
            stage.Auto($"guest{i:000}", $"disk = \"/missing/{i}\"\n# json: \"pcidevs\": [{i}]");
        Settle(stage);
        var first = Verbs.Select(verb => stage.Do(verb)).ToList();
        Assert.Equal(300, DryRuns(stage).Distinct().Count());
        Forget(stage);
        Assert.Equal(first, Verbs.Select(verb => stage.Do(verb)));
        Assert.Empty(DryRuns(stage));
        Assert.True(first[0].Printed.Split('\n').Count(line => line.Contains("/missing/", StringComparison.Ordinal)) >= 300);
    }

    [Fact]
    public void A_start_and_a_stop_ask_nothing_again_and_xl_itself_reads_what_it_creates()
    {
        using var stage = new Stage("XENDOMAINS_SAVE=");
        string file = stage.Auto("web");
        Settle(stage);
        stage.Do("check");
        Forget(stage);
        Assert.Equal(0, stage.Do("start").Status);
        Assert.Equal(0, stage.Do("stop").Status);
        Assert.Empty(DryRuns(stage));
        Assert.Contains($"create --quiet --defconfig {file}", stage.Deeds);
    }

    [Fact]
    public void A_changed_configuration_is_read_again_at_once_and_no_other()
    {
        using var stage = new Stage();
        string web = stage.Auto("web");
        stage.Auto("db");
        Settle(stage);
        stage.Do("check");
        Forget(stage);
        stage.Auto("bew", file: "web");
        Assert.Contains("create bew", stage.Do("plan").Printed, StringComparison.Ordinal);
        Assert.Equal([web], DryRuns(stage));
    }

    [Fact]
    public void A_configuration_that_xl_refuses_is_read_each_time()
    {
        using var stage = new Stage();
        string bad = stage.Auto("web", file: "bad");
        File.WriteAllText(bad, "nothing\n");
        Settle(stage);
        for (int run = 1; run <= 2; run++)
        {
            Assert.Contains("config parsing error", stage.Do("check").Printed, StringComparison.Ordinal);
            Assert.Equal(run, DryRuns(stage).Length);
        }
    }

    [Fact]
    public void The_libraries_that_xl_is_told_to_take_count()
    {
        using var stage = new Stage();
        stage.Auto("web");
        Settle(stage);
        stage.Do("check");
        stage.Environment["LD_LIBRARY_PATH"] = stage.File("lib");
        stage.Do("check");
        Assert.Equal(2, DryRuns(stage).Length);
        stage.Do("check");
        Assert.Equal(2, DryRuns(stage).Length);
    }

    [Fact]
    public void Switched_off_nothing_is_kept_and_nothing_is_believed()
    {
        using var stage = new Stage();
        stage.Auto("web");
        Settle(stage);
        stage.Do("check");
        Assert.True(File.Exists(stage.File("cache/configurations")));
        File.AppendAllText(stage.File("settings"), "\nXENDOMAINS_CACHE=no\n");
        stage.Do("check");
        Assert.Equal(2, DryRuns(stage).Length);
        Directory.Delete(stage.File("cache"), recursive: true);
        stage.Do("check");
        Assert.False(Directory.Exists(stage.File("cache")));
    }

    [Fact]
    public void A_damaged_file_costs_only_time()
    {
        using var stage = new Stage();
        stage.Auto("web");
        Settle(stage);
        var first = stage.Do("check");
        File.WriteAllText(stage.File("cache/configurations"), "00\n{");
        Assert.Equal(first, stage.Do("check"));
        Assert.Equal(first, stage.Do("check"));
        Assert.Equal(2, DryRuns(stage).Length);
    }

    [Fact]
    public void Two_at_once_say_the_same_and_leave_what_a_third_one_believes()
    {
        using var stage = new Stage();
        stage.Environment["XL_DRYRUN"] = "0.05";
        for (int i = 0; i < 20; i++)
            stage.Auto($"guest{i}");
        Settle(stage);
        var both = new (int Status, string Printed, string Said)[2];
        Parallel.For(0, 2, at => both[at] = stage.Do("plan"));
        Assert.Equal(both[0], both[1]);
        Forget(stage);
        Assert.Equal(both[0], stage.Do("plan"));
        Assert.Empty(DryRuns(stage));
    }

    [Fact]
    public void Configurations_are_read_side_by_side_and_no_more_at_once_than_is_said()
    {
        using var stage = new Stage();
        stage.Environment["XL_DRYRUN"] = "0.3";
        for (int i = 0; i < 12; i++)
            stage.Auto($"guest{i}");
        Assert.Equal(0, stage.Do("plan", "--parallel=3").Status);
        int now = 0, most = 0;
        foreach (string call in stage.Calls.Where(call => call.Contains("--dryrun", StringComparison.Ordinal)))
            most = Math.Max(most, now += call.StartsWith("end ", StringComparison.Ordinal) ? -1 : 1);
        Assert.InRange(most, 2, 3);
    }

    // An answer is kept of files that were left alone for as long as the coarsest clock needs.
    static void Settle(Stage stage)
    {
        while (Directory.EnumerateFiles(stage.File("auto")).Any(file => !FileStamp.Of(file)!.Value.WasAlone(DateTime.UtcNow)))
            Thread.Sleep(50);
    }

    static void Forget(Stage stage) => File.WriteAllText(stage.File("xl/calls"), "");

    static string[] DryRuns(Stage stage) =>
    [
        .. from call in stage.Calls
           where call.StartsWith("create --quiet --dryrun", StringComparison.Ordinal)
           select call.Split(' ')[^1],
    ];
}
