using System.Globalization;
using System.Text.Json;
using Xen.Client;
using Xen.Hypervisor;
using Xen.Hypervisor.Choice;
using Xen.Linux;
using Xen.Linux.Sockets;
using Xen.Protocol.Wire;
using XenCommons.Figures;
using XenCommons.Top;

namespace XenCommons.Sources;

/// <summary>
/// Reads what `xencommons top` shows. It keeps its connection to the store while that lasts. The store has to answer; a console daemon or
/// a hypervisor that does not costs its own numbers.
/// </summary>
/// <param name="hypervisor">xen, none or simulated:FOLDER.</param>
/// <param name="programs">The folder of the daemons' programs.</param>
sealed class TopSource(string hypervisor, string programs) : IAsyncDisposable
{
    const int ClientPages = 100; // of about twenty clients each: a store with more has other cares than to tell of all of them
    const int NamesLast = 10; // readings

    static readonly TimeSpan ForAnswer = TimeSpan.FromSeconds(10);

    readonly DaemonSource daemons = new(programs);
    StoreClient? client;
    Dictionary<int, string> names = [];
    int readings;

    /// <summary>All counters now.</summary>
    /// <exception cref="IOException">
    /// The store does not answer, or is not ours. The message is the sentence for the administrator.
    /// </exception>
    internal async Task<TopReading> ReadAsync()
    {
        var consoles = daemons.ConsoleStatusAsync(); // beside the store
        try
        {
            return await AnswerAsync(store => ReadAsync(store, consoles)).ConfigureAwait(false);
        }
        finally
        {
            await consoles.ConfigureAwait(false);
        }
    }

    /// <summary>The paths that a domain's requests name most often. Asking has the store sample them.</summary>
    /// <exception cref="IOException">As above; also if another domain is sampled.</exception>
    internal Task<HotPaths> PathsAsync(int domid) => AnswerAsync(async store =>
    {
        try
        {
            string id = domid.ToString(CultureInfo.InvariantCulture);
            return HotPaths.Of(JsonElement.Parse(await store.ControlAsync("status", "paths", id).ConfigureAwait(false)));
        }
        catch (StoreException e)
        {
            throw new IOException(e.Error switch
            {
                XsError.EBUSY => "somebody else has the paths of another domain sampled: wait ten seconds",
                XsError.ENOENT => "the domain is gone",
                _ => "this version of xenstored does not sample paths",
            });
        }
    });

    async Task<TopReading> ReadAsync(StoreClient store, Task<JsonElement?> consoles)
    {
        if (await StoreStatus.AskAsync(store, "json").ConfigureAwait(false) is not { } status)
            throw new IOException("the store that runs is another one than our xenstored, and does not tell who does what");
        names = await StoreStatus.NamesAsync(store, readings++ % NamesLast == 0 ? null : names).ConfigureAwait(false);
        var (domains, _) = await StoreStatus.ListAsync(store, "domains").ConfigureAwait(false);
        var (clients, more) = await StoreStatus.ListAsync(store, "clients", ClientPages).ConfigureAwait(false);
        long now = Environment.TickCount64;
        var memory = Memory();
        var ofDomain = (await consoles.ConfigureAwait(false))?.List("consoles").ToLookup(console => console.Number("domid"));
        return new(now, StoreCounts.Of(status), Each(domains, "domid", domain => DomainCounts.Of(domain, NameOf(domain),
                domain.Number("domid") is { } id && memory.TryGetValue((int)id, out double bytes) ? bytes : null,
                ofDomain?[domain.Number("domid")] ?? [])),
            Each(clients, "id", one => ClientCounts.Of(one, pid => new PeerCredentials(pid, 0, 0).Command)), more);
    }

    string NameOf(JsonElement domain) => names.GetValueOrDefault((int)(domain.Number("domid") ?? -1), "");

    static Dictionary<long, T> Each<T>(IEnumerable<JsonElement> told, string id, Func<JsonElement, T> make) =>
        told.Where(one => one.Number(id) is not null).DistinctBy(one => one.Number(id))
            .ToDictionary(one => (long)one.Number(id)!.Value, make);

    Dictionary<int, double> Memory()
    {
        const double Page = 4096;
        try
        {
            if (hypervisor == "none")
                return [];
            using var xen = HypervisorChoice.OpenInquiry(hypervisor);
            var list = new List<DomainInfo>();
            return xen.Domains.List(list) < 0 ? [] : list.ToDictionary(domain => (int)domain.Domid, domain => domain.Pages * Page);
        }
        catch (PosixException)
        {
            return []; // it cannot be asked, for example in a test
        }
    }

    // A connection that failed is not used again: replies to what was given up may still come on it.
    async Task<T> AnswerAsync<T>(Func<StoreClient, Task<T>> ask)
    {
        var store = client ??= StoreClient.Connect();
        try
        {
            return await ask(store).WaitAsync(ForAnswer).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not IOException || store.Closed.IsCompleted)
        {
            client = null;
            await store.DisposeAsync().ConfigureAwait(false);
            if (e is TimeoutException)
                throw new IOException("the store has not answered for ten seconds");
            throw;
        }
    }

    /// <summary>Ends the connection.</summary>
    public ValueTask DisposeAsync() => client?.DisposeAsync() ?? ValueTask.CompletedTask;
}
