using System.Globalization;
using Xen.Hypervisor;
using Xen.Hypervisor.Choice;
using Xen.Linux;
using Xen.Linux.Processes;
using Xen.Linux.Sockets;
using XenCommons.Host;
using XenCommons.Store;

namespace XenCommons;

/// <summary>
/// `xencommons xenstored`: starts the store that the host's settings want (launch-xenstore upstream). It becomes the daemon. Or it makes
/// the store's domain, and in the foreground it stays as long as that domain lives.
/// </summary>
static class StoreCommand
{
    const int Well = 0, Failed = 1;
    static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(5), ForDomain = TimeSpan.FromMinutes(5);

    internal static async Task<int> RunAsync(CommonsOptions options)
    {
        string? domainMaker = StoreLaunch.DomainMaker(new HostFiles(options.Root));
        var launch = StoreLaunch.Of(Environment.GetEnvironmentVariable, Daemon(), domainMaker, options.StaysInForeground);
        foreach (string remark in launch.Remarks)
            StandardError.WriteLine("xencommons: " + remark);
        return launch.IsDomain ? await ServeByDomainAsync(launch, options).ConfigureAwait(false) : Become(launch);
    }

    // The xenstored beside this program, if it is installed there.
    static string Daemon() =>
        Path.Combine(AppContext.BaseDirectory, "xenstored") is var own && File.Exists(own) ? own : "/usr/sbin/xenstored";

    static int Become(StoreLaunch launch)
    {
        try
        {
            File.WriteAllText("/proc/self/oom_score_adj", launch.OomScore.ToString(CultureInfo.InvariantCulture));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            StandardError.WriteLine($"xencommons: the store's oom_score_adj cannot be set to {launch.OomScore}: {e.Message};"
                + " a host out of memory may end it");
        }
        if (launch.OpenFiles is { } files)
            ResourceLimits.SetOpenFiles(files);
        throw new PosixException("exec " + launch.Program, ProcessTable.Become(launch.Program, [launch.Program, .. launch.Arguments]));
    }

    static async Task<int> ServeByDomainAsync(StoreLaunch launch, CommonsOptions options)
    {
        var domains = HypervisorChoice.OpenInquiry(options.Hypervisor).Domains;
        if (Find(domains) is null)
        {
            string? fault = await MakeDomainAsync(launch).ConfigureAwait(false);
            if (fault is not null)
            {
                StandardError.WriteLine($"xencommons: {fault}; there is no store");
                return Failed;
            }
        }
        if (!options.StaysInForeground)
            return Well;
        if (Find(domains) is not { } store)
        {
            StandardError.WriteLine($"xencommons: {launch.Program} went well, and the hypervisor knows no domain that serves the store");
            return Failed;
        }
        if (Environment.GetEnvironmentVariable("NOTIFY_SOCKET") is { Length: > 0 } manager)
            NotifySocket.Send(manager, $"READY=1\nSTATUS=domain {store.Domid} serves the store");
        do
            await Task.Delay(LookAgain).ConfigureAwait(false);
        while (Find(domains) is { } still && still.Domid == store.Domid);
        StandardError.WriteLine($"xencommons: domain {store.Domid}, which served the store, has ended,"
            + " and what the guests' drivers know about disks and networks is lost");
        return Failed;
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
