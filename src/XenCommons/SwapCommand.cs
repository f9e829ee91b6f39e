using System.Diagnostics;
using Xen.Client;
using Xen.Hosting.Settings;
using Xen.Linux;
using Xen.Linux.Files;
using Xen.Linux.Processes;
using XenCommons.Host;
using XenCommons.Store;
using XenCommons.Swap;

namespace XenCommons;

/// <summary>`xencommons store swap`: puts another program into the place of the one that serves the store, and guests go on.</summary>
static class SwapCommand
{
    const int Well = 0, Failed = 1, NotMoved = 3;
    static readonly TimeSpan ForHelp = TimeSpan.FromSeconds(5), ForStart = TimeSpan.FromMinutes(2), ForAnswer = TimeSpan.FromSeconds(10);
    static readonly TimeSpan ForMove = TimeSpan.FromSeconds(15), LookAgain = TimeSpan.FromSeconds(0.2);

    internal static async Task<int> RunAsync(CommonsOptions options)
    {
        string socket = StoreClient.DefaultSocket;
        var files = new HostFiles(options.Root);
        try
        {
            var facts = await FactsAsync(options, files, socket).ConfigureAwait(false);
            var plan = SwapPlan.Of(facts);
            Print(facts, plan, options.PlansOnly);
            return plan.Obstacle is not null ? Failed
                : options.PlansOnly ? Well
                : plan.Updates && await UpdateAsync(facts, options, files, socket).ConfigureAwait(false) is { } fault ? Fail(fault, Failed)
                : plan.Moves && await MoveAsync(files, socket).ConfigureAwait(false) is { } stays ? Fail(stays, NotMoved)
                : Well;
        }
        catch (PosixException e) when (e.Errno is Errno.EACCES or Errno.EPERM)
        {
            return Fail($"{socket}: only root may ask the store: run it as root", Failed);
        }
        catch (PosixException e) when (e.Errno == Errno.ENOENT && new HostStore(options.Hypervisor).IsServedByDomain())
        {
            return Fail("a domain of its own serves the store, which can only be replaced at the next boot", Failed);
        }
        catch (Exception e) when (e is IOException or TimeoutException)
        {
            return Fail(e.Message, Failed);
        }
    }

    static int Fail(string fault, int status)
    {
        StandardError.WriteLine($"xencommons: {fault}");
        return status;
    }

    static void Print(SwapFacts facts, SwapPlan plan, bool plansOnly)
    {
        var store = facts.Store;
        string process = store.Pid == 0 ? "" : $", process {store.Pid} ({store.Program})";
        Console.WriteLine($"{store.Name} serves the store{process}{(store.Service.Length > 0 ? ", " + store.Service : "")}.");
        if (plan.Obstacle is { } obstacle)
            Console.WriteLine("It cannot be swapped. " + obstacle);
        else if (plan is { Updates: false, Moves: false })
            Console.WriteLine("Nothing is to be done.");
        else
            Console.WriteLine(plansOnly ? "What a swap would do:" : "What is done:");
        foreach (string line in plan.Lines)
            Console.WriteLine("  " + line);
    }

    static async Task<SwapFacts> FactsAsync(CommonsOptions options, HostFiles files, string socket)
    {
        var store = await RunningStore.FindAsync(socket).ConfigureAwait(false);
        string own = StoreCommand.OwnDaemon(), program = Path.GetFullPath(options.To ?? own);
        if (!File.Exists(program))
            throw new PosixException("read " + program, Errno.ENOENT, "which program is to take the store over?");
        var asked = await ChildProcess.RunAsync(program, ["--help"], ForHelp).ConfigureAwait(false);
        string help = asked.Text + asked.Errors; // where C xenstored prints it
        var kind = help.Contains("--can-go-on", StringComparison.Ordinal) ? StoreKind.Ours
            : help.Contains("--keep-orphans", StringComparison.Ordinal) ? StoreKind.C
            : help.Contains("--reraise-top-level", StringComparison.Ordinal) ? StoreKind.Oxenstored
            : StoreKind.Unknown;
        string? wanted = WantedInstead(own, files);
        return new(store, program, kind, IsRunning(store.Pid, program), await DeviceModelsAsync(socket).ConfigureAwait(false),
            IsInService(store), WhyNoMove(store, program, own, wanted, files), options.To is null ? wanted : null, options.TimeoutSeconds);
    }

    // A file that was replaced since is another one.
    static bool IsRunning(int pid, string program) =>
        pid != 0 && StoreCommand.IsSame(ProcessTable.Program(pid), program);

    // The toolstack writes the guest's number there.
    static async Task<IReadOnlyList<ushort>> DeviceModelsAsync(string socket)
    {
        await using var store = StoreClient.ConnectSocket(socket);
        var found = new List<ushort>();
        foreach (string id in await store.ListAsync("/local/domain").WaitAsync(ForAnswer).ConfigureAwait(false) ?? [])
            if (ushort.TryParse(id, out ushort domid)
                && await store.ReadAsync($"/local/domain/{id}/target").WaitAsync(ForAnswer).ConfigureAwait(false) is not null)
                found.Add(domid);
        return found;
    }

    static string? WhyNoMove(RunningStore store, string program, string own, string? wanted, HostFiles files) =>
        !OwnService.CanStart(files) ? "there is no service of ours that may be started"
        : !StoreCommand.IsSame(program, own) ? $"the service has {own}"
        : wanted is not null ? $"the settings of the service want {wanted}"
        : store.Pid == 0 ? "its process cannot be told"
        : null;

    // What the settings want that is not our daemon; null: it is.
    static string? WantedInstead(string own, HostFiles files)
    {
        if (!OwnService.IsInstalled(files))
            return null;
        try
        {
            var launch = Launch(own, files);
            return launch.IsDomain ? "a domain for the store" : StoreCommand.IsSame(launch.Program, own) ? null : launch.Program;
        }
        catch (UsageException e)
        {
            return $"what cannot be: {e.Message}";
        }
    }

    static StoreLaunch Launch(string own, HostFiles files) =>
        StoreLaunch.Of(OwnService.SettingOf(files, "xenstored"), own, StoreLaunch.DomainMaker(files), staysInForeground: true);

    static bool IsInService(RunningStore store) =>
        store.Service == "xenstored.service" || ProcessTable.Program(ProcessTable.Parent(store.Pid)).EndsWith("/supervise-daemon",
            StringComparison.Ordinal);

    // Null, or why the store is as before.
    static async Task<string?> UpdateAsync(SwapFacts facts, CommonsOptions options, HostFiles files, string socket)
    {
        string? arguments = options.Arguments ?? OfService(facts, files);
        string? fault = await StoreUpdate.RunAsync(socket, facts.Program, arguments,
            facts.Store.Kind == StoreKind.Oxenstored, options.TimeoutSeconds, options.IsForced).ConfigureAwait(false);
        var now = await RunningStore.FindAsync(socket).ConfigureAwait(false);
        return fault is null && now.Kind == facts.ProgramKind ? null
            : $"{now.Name} serves the store: {fault ?? "nothing has come of its live update"}";
    }

    // A store that is in the service already gets the service's options at once: it will not move.
    static string? OfService(SwapFacts facts, HostFiles files)
    {
        if (facts is not { ProgramKind: StoreKind.Ours, IsInService: true, WhyNoMove: null, Store.Kind: not StoreKind.Ours })
            return null;
        var words = Launch(StoreCommand.OwnDaemon(), files).Arguments;
        return words.Any(word => word.Contains(' ', StringComparison.Ordinal)) ? null : string.Join(' ', words);
    }

    // The store once it is as it should be, or as it is after some time. In the moment in which a process takes another's place neither is
    // to be seen: its pid is 0.
    static async Task<RunningStore> SeenAsync(string socket, Func<RunningStore, bool> isIt)
    {
        for (var waited = Stopwatch.StartNew(); ; await Task.Delay(LookAgain).ConfigureAwait(false))
            if (await RunningStore.FindAsync(socket).ConfigureAwait(false) is var now && isIt(now) || waited.Elapsed > ForMove)
                return now;
    }

    // Null, or why the store, which is ours now, is where it was.
    static async Task<string?> MoveAsync(HostFiles files, string socket)
    {
        try
        {
            return await StartServiceAsync(files, socket).ConfigureAwait(false);
        }
        catch (Exception e) when (FileFault.Is(e)) // the swap is done by now, which the exit status is to say
        {
            return $"the store has not moved into its service: {e.Message}";
        }
    }

    static async Task<string?> StartServiceAsync(HostFiles files, string socket)
    {
        var before = await SeenAsync(socket, now => now.Pid != 0).ConfigureAwait(false);
        if (before.Pid == 0)
            return "the store has not moved into its service: its process cannot be told";
        try
        {
            MoveRequest.Write(files, before.Pid);
            string[] command = files.IsFolder("/run/systemd/system")
                ? ["systemctl", "start", "xenstored"]
                : ["rc-service", "xenstored", "start"];
            if (command[0] == "rc-service") // it may have the service for started, by another script of that name
                await ChildProcess.RunAsync("rc-service", ["xenstored", "zap"], ForStart).ConfigureAwait(false);
            var started = await ChildProcess.RunAsync(command[0], command[1..], ForStart).ConfigureAwait(false);
            // OpenRC's script returns when a store answers, and the old one still does.
            var after = await SeenAsync(socket, now => now.Pid != 0 && now.Pid != before.Pid).ConfigureAwait(false);
            return after.Pid != before.Pid && after.Pid != 0 && after.Kind == StoreKind.Ours && started.Status == 0 ? null
                : $"{after.Name} serves the store in process {after.Pid}, and has not moved into its service: "
                    + (started.Errors.Trim() is { Length: > 0 } said ? said
                        : $"{string.Join(' ', command)} ended with {started.Status}; its log says why");
        }
        finally
        {
            MoveRequest.Withdraw(files);
        }
    }
}
