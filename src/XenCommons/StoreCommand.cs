using System.Globalization;
using Xen.Client;
using Xen.Hypervisor;
using Xen.Hypervisor.Answers;
using Xen.Hypervisor.Choice;
using Xen.Linux.Files;
using Xen.Linux;
using Xen.Linux.Processes;
using Xen.Linux.Sockets;
using XenCommons.Host;
using XenCommons.Store;

namespace XenCommons;

/// <summary>
/// `xencommons xenstored`: starts the store that the host's settings want (launch-xenstore upstream). It becomes the daemon, or it makes
/// the store's domain. In the foreground it becomes our own daemon only, which an init system may start again. It stays beside another
/// daemon or a domain: the store ends with these, and the exit status tells the init system to start no new one, which would be empty.
/// </summary>
static class StoreCommand
{
    const int Well = 0, Failed = 1, Lost = 3;
    static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(5), ForDomain = TimeSpan.FromMinutes(5), ForAnswer = TimeSpan.FromSeconds(5);

    internal static Task<int> RunAsync(CommonsOptions options)
    {
        if (options.AsksOnly)
            return AskAsync(options);
        var files = new HostFiles(options.Root);
        string own = OwnDaemon();
        var launch = StoreLaunch.Of(Environment.GetEnvironmentVariable, own, StoreLaunch.DomainMaker(files), options.StaysInForeground);
        foreach (string remark in launch.Remarks)
            StandardError.WriteLine("xencommons: " + remark);
        if ((launch.IsDomain || !IsSame(launch.Program, own)) && UnixSocket.Answers(StoreClient.DefaultSocket))
        {
            // Ours looks by itself. Others would take the socket, and guests would lose the store that they use.
            StandardError.WriteLine($"xencommons: another xenstored serves {StoreClient.DefaultSocket}, and goes on;"
                + $" {launch.Program} is not started");
            return Task.FromResult(Well); // as xenstored has it
        }
        return launch.IsDomain ? ServeByDomainAsync(launch, options)
            : options.StaysInForeground && !IsSame(launch.Program, own) ? ServeByOtherAsync(launch, files)
            : throw Become(launch, options.StaysInForeground ? MoveRequest.Take(files) : 0);
    }

    // The xenstored beside this program, if it is installed there.
    internal static string OwnDaemon() =>
        Path.Combine(AppContext.BaseDirectory, "xenstored") is var own && File.Exists(own) ? own : "/usr/sbin/xenstored";

    internal static bool IsSame(string program, string other) => new HostFiles("/") is var here && here.Real(program) == here.Real(other);

    // Returns only on failure, with the reason.
    static PosixException Become(StoreLaunch launch, int keeper)
    {
        SetLimits(launch);
        (string, string)[] takes = keeper == 0 ? [] : [("XENSTORED_TAKES", keeper.ToString(CultureInfo.InvariantCulture))];
        return new("exec " + launch.Program, ProcessTable.Become(launch.Program, [launch.Program, .. launch.Arguments], takes));
    }

    // A program that this process becomes or starts inherits them.
    static void SetLimits(StoreLaunch launch)
    {
        string score = launch.OomScore.ToString(CultureInfo.InvariantCulture);
        if (FileFault.Of(() => File.WriteAllText("/proc/self/oom_score_adj", score)) is { } fault)
            StandardError.WriteLine($"xencommons: the store's oom_score_adj cannot be set to {score}: {fault};"
                + " a host out of memory may end it");
        if (launch.OpenFiles is { } files)
            ResourceLimits.SetOpenFiles(files);
    }

    static async Task<int> AskAsync(CommonsOptions options)
    {
        try
        {
            await using var store = new HostStore(options.Hypervisor).Connect();
            await store.ReadAsync("/").WaitAsync(ForAnswer).ConfigureAwait(false);
            return Well;
        }
        catch (TimeoutException)
        {
            StandardError.WriteLine($"xencommons: xenstored has not answered within {ForAnswer.TotalSeconds:0} s");
        }
        catch (IOException e)
        {
            StandardError.WriteLine("xencommons: " + e.Message);
        }
        return Failed;
    }

    static async Task<int> ServeByOtherAsync(StoreLaunch launch, HostFiles files)
    {
        SetLimits(launch);
        ExpectNoLifeSigns();
        using var reload = IgnoreReload();
        return await OtherDaemon.RunAsync(launch, files).ConfigureAwait(false) is { } fault ? TellLost(fault) : Well;
    }

    static async Task<int> ServeByDomainAsync(StoreLaunch launch, CommonsOptions options)
    {
        ExpectNoLifeSigns();
        var domains = HypervisorChoice.OpenInquiry(options.Hypervisor).Domains;
        if (Find(domains) is null && await MakeDomainAsync(launch).ConfigureAwait(false) is { } fault)
        {
            StandardError.WriteLine($"xencommons: {fault}; there is no store");
            return options.StaysInForeground ? Lost : Failed;
        }
        if (!options.StaysInForeground)
            return Well;
        using var reload = IgnoreReload();
        if (Find(domains) is not { } store)
            return TellLost($"{launch.Program} went well, and the hypervisor knows no domain that serves the store");
        TellSystemd($"READY=1\nSTATUS=domain {store.Domid} serves the store");
        do
            await Task.Delay(LookAgain).ConfigureAwait(false);
        while (Find(domains) is { } still && still.Domid == store.Domid);
        return TellLost($"domain {store.Domid}, which served the store, has ended,"
            + " and what the guests' drivers know about disks and networks is lost");
    }

    // A reload of the service is for a keeper of ours. It would end this process, and the store with it.
    static IDisposable IgnoreReload() => Signals.Listen(Signals.User2, () =>
        StandardError.WriteLine("xencommons: a reload does nothing: the store is not ours"));

    // Neither another daemon nor this process reports that it lives, for which systemd would kill it. 0 switches the unit's watchdog off.
    static void ExpectNoLifeSigns() => TellSystemd("WATCHDOG_USEC=0");

    static void TellSystemd(string state)
    {
        if (Environment.GetEnvironmentVariable("NOTIFY_SOCKET") is { Length: > 0 } socket)
            NotifySocket.Send(socket, state);
    }

    static int TellLost(string fault)
    {
        StandardError.WriteLine("xencommons: " + fault);
        return Lost;
    }

    // Null, or why there is no domain.
    static async Task<string?> MakeDomainAsync(StoreLaunch launch)
    {
        try
        {
            var result = await ChildProcess.RunAsync(launch.Program, launch.Arguments, ForDomain).ConfigureAwait(false);
            Console.Out.Write(result.Text);
            Console.Error.Write(result.Errors);
            string command = $"{launch.Program} {string.Join(' ', launch.Arguments)}";
            return result.Status == 0 ? null
                : result.IsTimedOut ? $"{command} has not ended within {ForDomain.TotalMinutes:0} minutes"
                : $"{command} ended with {result.Status}";
        }
        catch (PosixException e)
        {
            return e.Message;
        }
    }

    /// <exception cref="PosixException">The hypervisor does not list its domains.</exception>
    static DomainInfo? Find(IDomains domains)
    {
        var all = new List<DomainInfo>();
        if (domains.List(all) is < 0 and var errno)
            throw new PosixException("list the hypervisor's domains", -errno);
        return all.Exists(domain => domain.IsStore) ? all.Find(domain => domain.IsStore) : null;
    }
}
