using System.Diagnostics;
using Xen.Client;
using Xen.Linux.Processes;
using XenCommons.Host;
using XenCommons.Swap;

namespace XenCommons.Tests;

/// <summary>`xencommons store swap`: what it would do, and that it does it, with C xenstored, oxenstored and ours as they are.</summary>
public sealed class SwapTests : IDisposable
{
    readonly HostFolder host = new();

    public void Dispose() => host.Dispose();

    [Theory]
    [InlineData("C", "Ours", "", "C xenstored becomes /x (our xenstored) by its live update", true)]
    [InlineData("Oxenstored", "Ours", "", "half a message", true)]
    [InlineData("Ours", "C", "", "our xenstored becomes /x (C xenstored)", false)]
    [InlineData("Ours", "Ours", "", "Nothing is waited for.", true)]
    [InlineData("Ours", "Ours", "same", "The store moves into the service xenstored", true)]
    [InlineData("C", "Ours", "no service", "The store stays in its process: no service.", false)]
    public void A_plan(string runs, string next, string more, string line, bool moves)
    {
        string? whyNoMove = more == "no service" ? more : null;
        var plan = SwapPlan.Of(Facts(runs, next) with { IsRunning = more == "same", WhyNoMove = whyNoMove });
        Assert.Null(plan.Obstacle);
        Assert.Equal((more != "same", moves), (plan.Updates, plan.Moves));
        Assert.Contains(plan.Lines, one => one.Contains(line, StringComparison.Ordinal));
    }

    [Fact]
    public void There_is_nothing_to_do_if_the_service_of_ours_has_the_store_already()
    {
        var plan = SwapPlan.Of(Facts(StoreKind.Ours, StoreKind.Ours) with { IsRunning = true, IsInService = true });
        Assert.Equal((null, false, false, 0), (plan.Obstacle, plan.Updates, plan.Moves, plan.Lines.Count));
    }

    [Theory]
    [InlineData("Unknown", "Ours", "neither C xenstored nor oxenstored nor ours")]
    [InlineData("Ours", "Unknown", "/x is no xenstored that can take over")]
    [InlineData("Oxenstored", "C", "swap to ours first")]
    [InlineData("Ours", "Oxenstored", "oxenstored can take over from nobody but itself")]
    public void Some_cannot_take_anothers_place(string runs, string next, string why) =>
        Assert.Contains(why, SwapPlan.Of(Facts(runs, next)).Obstacle, StringComparison.Ordinal);

    // A device model of which the next store does not know whom it serves may not touch its guest's nodes any more.
    [Fact]
    public void A_device_model_in_its_own_domain_keeps_oxenstored()
    {
        var facts = Facts(StoreKind.Oxenstored, StoreKind.Ours) with { DeviceModels = [5, 7] };
        Assert.Contains("(5, 7)", SwapPlan.Of(facts).Obstacle, StringComparison.Ordinal);
        Assert.Null(SwapPlan.Of(facts with { Store = facts.Store with { Kind = StoreKind.C } }).Obstacle);
    }

    [Fact]
    public void A_C_xenstored_without_a_live_update_stays()
    {
        var facts = Facts(StoreKind.C, StoreKind.Ours);
        Assert.Contains("no live update", SwapPlan.Of(facts with { Store = facts.Store with { HasLiveUpdate = false } }).Obstacle,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("c417", "C xenstored", "/usr/lib/xen-4.17/bin/xenstored")]
    [InlineData("oxen", "oxenstored", "/usr/lib/xen-4.17/bin/oxenstored")]
    public async Task The_store_that_runs_is_told_and_replaced_under_its_clients(string peer, string name, string program)
    {
        using var store = new StoreProcess(peer);
        await using var client = StoreClient.ConnectSocket(store.Socket);
        await client.WriteAsync("/a", "value");

        var (status, said, errors) = Swap(store, "--plan");
        Assert.True(status == 0, errors);
        Assert.StartsWith($"{name} serves the store, process ", said, StringComparison.Ordinal);
        Assert.Contains(program, said, StringComparison.Ordinal);
        Assert.Contains("What a swap would do:", said, StringComparison.Ordinal);
        Assert.Equal("value", await client.ReadTextAsync("/a"));

        (status, said, _) = Swap(store, "--to=/bin/true");
        Assert.Equal(1, status);
        Assert.Contains("/bin/true is no xenstored that can take over", said, StringComparison.Ordinal);
        (status, _, errors) = Swap(store, "--to=/nowhere");
        Assert.Equal((1, true), (status, errors.Contains("/nowhere: No such file", StringComparison.Ordinal)));

        (status, _, errors) = Swap(store, "--to=" + Ours(store));
        Assert.True(status == 0, errors);
        Assert.StartsWith("xenstored ", await client.ControlAsync("status"), StringComparison.Ordinal);
        Assert.Equal("value", await client.ReadTextAsync("/a"));
        (status, said, _) = Swap(store, "--plan");
        Assert.Equal((0, true), (status, said.Contains("Nothing is to be done.", StringComparison.Ordinal)));
    }

    // It prints its help where errors are printed.
    [Fact]
    public void The_way_back_to_C_xenstored_is_planned()
    {
        using var store = new StoreProcess("ours");
        string program = Checkout.Path("tests/Peers/cache/deb/usr/lib/xen-4.17/bin/xenstored");
        var (status, said, errors) = Swap(store, "--plan", "--to=" + program);
        Assert.True(status == 0, errors + said);
        Assert.StartsWith("our xenstored serves the store, process ", said, StringComparison.Ordinal);
        Assert.Contains($"our xenstored becomes {program} (C xenstored) by its live update", said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("c417")]
    [InlineData("oxen")]
    public async Task A_transaction_that_does_not_end_keeps_the_store_unless_it_is_broken_off(string peer)
    {
        using var store = new StoreProcess(peer);
        await using var client = StoreClient.ConnectSocket(store.Socket);
        var isOpen = new TaskCompletionSource();
        var goesOn = new TaskCompletionSource();
        var transaction = client.TransactAsync(async inside =>
        {
            await inside.WriteAsync("/a", "value");
            isOpen.TrySetResult();
            await goesOn.Task;
        });
        await isOpen.Task;
        var (status, _, errors) = Swap(store, "--to=" + Ours(store), "--timeout=1");
        Assert.Equal(1, status);
        Assert.Contains(" serves the store: ", errors, StringComparison.Ordinal);
        Assert.DoesNotContain("our xenstored serves", errors, StringComparison.Ordinal);
        goesOn.SetResult();
        await transaction;
        Assert.Equal("value", await client.ReadTextAsync("/a"));
        (status, _, errors) = Swap(store, "--to=" + Ours(store), "--timeout=1", "--force");
        Assert.True(status == 0, errors);
    }

    // It ended with 1, which says that the store is as it was.
    [Fact]
    public void That_the_store_cannot_move_has_its_own_status()
    {
        using var store = new StoreProcess("ours");
        Directory.CreateDirectory(host.At("/run/systemd/system"));
        host.Write("/usr/lib/systemd/system/xenstored.service", "ExecStart=/usr/sbin/xencommons xenstored --foreground\n");
        host.Write("/run/xen", "not a folder: the request to the service cannot be written");
        var (status, said, errors) = Swap(store);
        Assert.Contains("The store moves into the service xenstored", said, StringComparison.Ordinal);
        Assert.StartsWith("xencommons: the store has not moved into its service: ", errors, StringComparison.Ordinal);
        Assert.Equal(3, status);
    }

    [Fact]
    public async Task A_store_that_is_busy_is_asked_again_but_not_for_ever()
    {
        int asked = 0;
        Assert.Equal("OK", await StoreUpdate.NotBusyAsync(() => Task.FromResult(++asked < 3 ? "BUSY" : "OK"), default, TimeSpan.MaxValue));
        Assert.Equal(3, asked);
        Assert.Equal("BUSY", await StoreUpdate.NotBusyAsync(() => Task.FromResult("BUSY"), default, TimeSpan.FromMilliseconds(1)));
        Assert.Equal("no", await StoreUpdate.NotBusyAsync(() => Task.FromResult("no"), default, TimeSpan.MaxValue));
    }

    [Fact]
    public async Task The_service_takes_the_store_over_that_was_started_outside_of_it()
    {
        using var outside = Begin(Checkout.Program("xenstored"), "-N", "--pid-file", host.At("/first"), "--hypervisor", "none");
        Wait.Until(() => DaemonProcess.Answers(host.At("/socket")), "it does not start");
        await using var client = StoreClient.ConnectSocket(host.At("/socket"));
        await client.WriteAsync("/a", "value");
        host.Write("/run/xen/xenstored.takes", $"{outside.Id}\n");
        using var service = Begin(Checkout.Program("xencommons"), "xenstored", "--foreground", "--root=" + host.At("/"));
        outside.WaitForExit();
        Assert.Equal("value", await client.ReadTextAsync("/a"));
        Assert.False(service.HasExited);
        Assert.False(File.Exists(host.At("/run/xen/xenstored.takes")));
        ProcessTable.Signal(service.Id, ProcessTable.Terminate);
        service.WaitForExit();
    }

    // A pid is used again. The process may be anybody's by then.
    [Fact]
    public void A_request_that_names_another_program_is_not_followed()
    {
        using var other = Process.Start("sleep", "1000");
        host.Write("/run/xen/xenstored.takes", $"{other.Id}\n");
        using var service = Begin(Checkout.Program("xencommons"), "xenstored", "--foreground", "--root=" + host.At("/"));
        Wait.Until(() => DaemonProcess.Answers(host.At("/socket")), "it does not start");
        Assert.False(other.HasExited);
        other.Kill();
        ProcessTable.Signal(service.Id, ProcessTable.Terminate);
        service.WaitForExit();
    }

    // It would start that one at the next start, and over the store of ours.
    [Fact]
    public void Ours_does_not_take_over_where_the_settings_want_another_store_unless_it_is_named()
    {
        using var store = new StoreProcess("c417");
        host.Write("/etc/conf.d/xencommons", "XENSTORED=/usr/sbin/oxenstored\n");
        var (status, said, _) = Swap(store, "--plan");
        Assert.Equal((1, true), (status, said.Contains("The settings of the service want /usr/sbin/oxenstored", StringComparison.Ordinal)));
        Assert.Equal(0, Swap(store, "--plan", "--to=" + Ours(store)).Status);
    }

    // Debian's script and others start a second store over the first one.
    [Fact]
    public void Another_store_is_not_started_while_one_is_served()
    {
        using var store = new StoreProcess("ours");
        var (status, said, errors) = Programs.Run(Programs.Describe(Checkout.Program("xencommons"),
            ["xenstored", "--foreground", "--root=" + host.At("/")],
            [new("XENSTORED_PATH", store.Socket), new("XENSTORED", "/bin/echo"), new("XENSTORED_OOM_MEM_THRESHOLD", "0")]));
        Assert.Equal((0, ""), (status, said));
        Assert.Contains("another xenstored serves", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/etc/systemd/system/xenstored.service", "ExecStart=/usr/sbin/xencommons xenstored --foreground", true)]
    [InlineData("/etc/systemd/system/xenstored.service", "ExecStart=/usr/sbin/xenstored", false)]
    [InlineData("/etc/systemd/system/xenstored.service", null, false)]
    public void A_service_can_take_the_store_if_it_is_ours_and_not_masked(string unit, string? text, bool can)
    {
        Directory.CreateDirectory(host.At("/run/systemd/system"));
        host.Write("/usr/lib/systemd/system/xenstored.service", "ExecStart=/usr/sbin/xencommons xenstored --foreground\n");
        if (text is not null)
        {
            File.Delete(host.At("/usr/lib/systemd/system/xenstored.service"));
            host.Write(unit, text);
        }
        else
        {
            Directory.CreateDirectory(Path.GetDirectoryName(host.At(unit))!);
            File.CreateSymbolicLink(host.At(unit), "/dev/null");
        }
        Assert.Equal(can, OwnService.CanStart(host.Files));
    }

    [Fact]
    public void Without_a_store_there_is_nothing_to_swap()
    {
        var (status, _, errors) = Programs.Run(Programs.Describe(Checkout.Program("xencommons"), ["store", "swap"],
            [new("XENSTORED_PATH", host.At("/socket"))]));
        Assert.Equal((1, true), (status, errors.Contains("does a xenstored run?", StringComparison.Ordinal)));
    }

    static SwapFacts Facts(string runs, string next) => Facts(Enum.Parse<StoreKind>(runs), Enum.Parse<StoreKind>(next));

    static SwapFacts Facts(StoreKind runs, StoreKind next) =>
        new(new(runs, 5, "/y", "", true), "/x", next, false, [], false, null, null, 60);

    (int Status, string Output, string Errors) Swap(StoreProcess store, params string[] arguments) => Programs.Run(Programs.Describe(
        Checkout.Program("xencommons"), ["store", "swap", "--root=" + host.At("/"), .. arguments], [new("XENSTORED_PATH", store.Socket)]));

    // Our store in the place of a peer: a script, because it needs other variables.
    string Ours(StoreProcess store)
    {
        string folder = Path.GetDirectoryName(store.Socket)!, path = host.At("/ours.sh"), program = Checkout.Program("xenstored");
        File.WriteAllText(path, "#!/bin/bash\nunset LD_PRELOAD LD_LIBRARY_PATH\n"
            + $"export XENSTORED_PATH={store.Socket} XENSTORED_RUNDIR={folder}\n"
            + $"exec -a {program} {program} --hypervisor none --pid-file {folder}/pid \"$@\"\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }

    Process Begin(string program, params string[] arguments) => Process.Start(Programs.Describe(program, arguments,
    [
        new("XENSTORED_KEEP", "1"), new("XENSTORED_PATH", host.At("/socket")), new("XENSTORED_RUNDIR", host.At("/run/xenstored")),
        new("XENSTORED_ARGS", $"--hypervisor none --pid-file {host.At("/second")}"), new("XENSTORED_OOM_MEM_THRESHOLD", "0"),
    ]))!;
}
