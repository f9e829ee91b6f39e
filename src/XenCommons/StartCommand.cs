using Xen.Client;
using Xen.Hypervisor.Choice;
using Xen.Linux.Files;
using Xen.Linux;
using Xen.Linux.Processes;
using Xen.Linux.Sockets;
using XenCommons.Host;
using XenCommons.Start;

namespace XenCommons;

/// <summary>`xencommons start` and `xencommons init-dom0`.</summary>
static class StartCommand
{
    const int Well = 0, Failed = 1;
    static readonly TimeSpan ForStore = TimeSpan.FromSeconds(30), LookAgain = TimeSpan.FromMilliseconds(200);

    /// <summary>Makes the host ready for its daemons. If it is no dom0, this does nothing and succeeds.</summary>
    internal static async Task<int> RunAsync(CommonsOptions options)
    {
        var files = new HostFiles("/");
        var (xenfs, isDom0) = HostStart.Xenfs(files);
        bool went = Tell(options, xenfs);
        if (!isDom0)
            return went ? Well : Failed;
        foreach (var step in Modules.Load(files, options.MoreModules).Concat(HostStart.MakeFolders(files)))
            went &= Tell(options, step);
        // If the init system starts the store later, it also does the rest then.
        if (UnixSocket.Answers(StoreClient.DefaultSocket))
            went &= await InitAsync(options, files).ConfigureAwait(false);
        return went ? Well : Failed;
    }

    /// <summary>Waits for the store, and sets domain 0 up in it.</summary>
    internal static async Task<int> InitDom0Async(CommonsOptions options)
    {
        var files = new HostFiles("/");
        if (!files.IsDom0)
        {
            Tell(options, new("domain 0", Outcome.NotNeeded, "this is no Xen dom0; there is nothing to do"));
            return Well;
        }
        return await InitAsync(options, files).ConfigureAwait(false) ? Well : Failed;
    }

    static async Task<bool> InitAsync(CommonsOptions options, HostFiles files)
    {
        try
        {
            await using var store = await WaitAsync(new HostStore(options.Hypervisor)).ConfigureAwait(false);
            var inquiry = HypervisorChoice.OpenInquiry(options.Hypervisor);
            return Tell(options, await Dom0Nodes.MakeAsync(files, store, inquiry, options.Uuid).WaitAsync(ForStore).ConfigureAwait(false));
        }
        catch (Exception e) when (FileFault.Is(e))
        {
            return Tell(options, new("domain 0", Outcome.Failed, e.Message));
        }
        catch (TimeoutException)
        {
            return Tell(options, new("domain 0", Outcome.Failed, $"xenstored has not answered within {ForStore.TotalSeconds:0} s"));
        }
    }

    static async Task<StoreClient> WaitAsync(HostStore store)
    {
        long deadline = Environment.TickCount64 + (long)ForStore.TotalMilliseconds;
        for (; ; await Task.Delay(LookAgain).ConfigureAwait(false))
            try
            {
                return store.Connect();
            }
            catch (PosixException) when (Environment.TickCount64 < deadline)
            {
                // Not yet.
            }
    }

    static bool Tell(CommonsOptions options, Step step)
    {
        if (step.Outcome == Outcome.Failed)
            StandardError.WriteLine($"xencommons: {step.What}: {step.Text}");
        else if (!options.IsQuiet)
            Console.WriteLine($"{step.What}: {step.Text}");
        return step.Outcome != Outcome.Failed;
    }
}
