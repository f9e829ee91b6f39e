using System.Globalization;
using System.Text.Json;
using Xen.Client;
using Xen.Linux.Sockets;
using Xen.Protocol.Wire;
using XenCommons.Figures;
using XenCommons.Top.Readings;
using XenCommons.Top.Tables;

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

    // Of xenconsoled, on which the reading of the store has to wait.
    static readonly TimeSpan ForConsoles = TimeSpan.FromSeconds(2);

    readonly DaemonSource daemons = new(programs);
    StoreClient? client;
    Dictionary<int, string> names = [];
    int readings;

    /// <summary>All counters now. Null: the store does not answer, or is not ours; the sentence tells the administrator which.</summary>
    internal async Task<(TopReading? Reading, string Trouble)> ReadAsync()
    {
        var asked = daemons.ConsoleStatusAsync(ForConsoles); // beside the store
        var (answer, trouble) = await AnswerAsync(ReadAsync,
            _ => "the store that runs is another one than our xenstored, and does not tell who does what").ConfigureAwait(false);
        var consoles = await asked.ConfigureAwait(false); // without a store as well: no process of it is left behind
        return (answer is null ? null : Reading(answer, consoles), trouble);
    }

    /// <summary>
    /// The paths that a domain's requests name most often; null and a sentence as above. Asking has the store sample them.
    /// </summary>
    internal Task<(HotPaths? Paths, string Trouble)> PathsAsync(int domid) => AnswerAsync(async store =>
    {
        string id = domid.ToString(CultureInfo.InvariantCulture);
        return HotPaths.Of(JsonElement.Parse(await store.ControlAsync("status", "paths", id).ConfigureAwait(false)));
    }, error => error switch
    {
        XsError.EBUSY => "somebody else has the paths of another domain sampled: wait ten seconds",
        XsError.ENOENT => "the domain is gone",
        _ => "this version of xenstored does not sample paths",
    });

    async Task<StoreAnswer> ReadAsync(StoreClient store)
    {
        if (await StoreStatus.AskAsync(store, "json").ConfigureAwait(false) is not { } status)
            throw new StoreException("tell its status", XsError.EINVAL);
        names = await StoreStatus.NamesAsync(store, readings++ % NamesLast == 0 ? null : names).ConfigureAwait(false);
        var (domains, _) = await StoreStatus.ListAsync(store, "domains").ConfigureAwait(false);
        var (clients, more) = await StoreStatus.ListAsync(store, "clients", ClientPages).ConfigureAwait(false);
        return new(Environment.TickCount64, status, domains, clients, more);
    }

    TopReading Reading(StoreAnswer answer, JsonElement? consoles)
    {
        var memory = HypervisorSource.Memory(hypervisor) ?? [];
        var ofDomain = consoles?.List("consoles").ToLookup(console => console.Number("domid"));
        return new(answer.At, StoreCounts.Of(answer.Status), Each(answer.Domains, "domid", domain => DomainCounts.Of(domain, NameOf(domain),
                domain.Number("domid") is { } id && memory.TryGetValue((int)id, out double bytes) ? bytes : null,
                ofDomain?[domain.Number("domid")] ?? [])),
            Each(answer.Clients, "id", one => ClientCounts.Of(one, pid => new PeerCredentials(pid, 0, 0).Command)), answer.More);
    }

    string NameOf(JsonElement domain) => names.GetValueOrDefault((int)(domain.Number("domid") ?? -1), "");

    static Dictionary<long, T> Each<T>(IEnumerable<JsonElement> entries, string id, Func<JsonElement, T> make) =>
        entries.Where(one => one.Number(id) is not null).DistinctBy(one => one.Number(id))
            .ToDictionary(one => (long)one.Number(id)!.Value, make);

    // A connection that failed is not used again: replies to what was given up may still come on it.
    async Task<(T? Answer, string Trouble)> AnswerAsync<T>(Func<StoreClient, Task<T>> ask, Func<XsError, string> refused) where T : class
    {
        try
        {
            client ??= StoreClient.Connect();
            return (await ask(client).WaitAsync(Collector.ForAnswer).ConfigureAwait(false), "");
        }
        catch (Exception e) when (e is IOException or TimeoutException or JsonException)
        {
            if (e is StoreException refusal)
                return (null, refused(refusal.Error));
            if (client is { } failed)
                await failed.DisposeAsync().ConfigureAwait(false);
            client = null;
            return (null, e is TimeoutException ? "the store has not answered for ten seconds" : e.Message);
        }
    }

    /// <summary>Ends the connection.</summary>
    public ValueTask DisposeAsync() => client?.DisposeAsync() ?? ValueTask.CompletedTask;

    // All that the store tells, and when it had.
    sealed record StoreAnswer(long At, JsonElement Status, List<JsonElement> Domains, List<JsonElement> Clients, bool More);
}
