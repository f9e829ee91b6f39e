using Xen.Client;
using XenCommons.Figures;

namespace XenCommons.Sources;

/// <summary>
/// Asks the store for its status, for what each domain has, and for the names of domains. Another store than ours knows names only: it is
/// up, and has no figures.
/// </summary>
static class StoreSource
{
    internal static async Task<Answer> AskAsync()
    {
        const string Source = "store";
        try
        {
            await using var store = StoreClient.Connect();
            return await AskAsync(Source, store).WaitAsync(Collector.ForAnswer).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or TimeoutException)
        {
            return Answer.None(Source);
        }
    }

    static async Task<Answer> AskAsync(string source, StoreClient store)
    {
        var names = await StoreStatus.NamesAsync(store).ConfigureAwait(false);
        if (await StoreStatus.AskAsync(store, "json").ConfigureAwait(false) is not { } status)
            return new(source, _ => [], null, names);
        var (domains, _) = await StoreStatus.ListAsync(store, "domains").ConfigureAwait(false);
        return new(source, all => StoreFigures.Of(status, domains, all), status.Text("version"), names);
    }
}
