using System.Globalization;
using System.Text.Json;
using Xen.Client;
using Xen.Protocol.Wire;
using XenCommons.Figures;

namespace XenCommons.Sources;

/// <summary>
/// Asks the store for its status, for what each domain has, and for the names of domains. Another store than ours knows names only: it is
/// up, and has no figures.
/// </summary>
static class StoreSource
{
    const string Domains = "/local/domain";
    const int MostPages = 4096; // of a store that tells again and again that there are more

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
        var names = await NamesAsync(store).ConfigureAwait(false);
        if (await StatusAsync(store, "json").ConfigureAwait(false) is not { } status)
            return new(source, _ => [], null, names);
        var domains = new List<JsonElement>();
        double? next = 0;
        for (int pages = 0; next is { } first && pages < MostPages; pages++)
        {
            string from = first.ToString(CultureInfo.InvariantCulture);
            if (await StatusAsync(store, "domains", from).ConfigureAwait(false) is not { } page)
                break; // an older version of ours
            domains.AddRange(page.List("domains"));
            next = page.Number("next");
        }
        return new(source, all => StoreFigures.Of(status, domains, all), status.Text("version"), names);
    }

    static async Task<JsonElement?> StatusAsync(StoreClient store, params string[] words)
    {
        try
        {
            return JsonElement.Parse(await store.ControlAsync(["status", .. words]).ConfigureAwait(false));
        }
        catch (Exception e) when (e is JsonException or StoreException)
        {
            return null; // it does not know the command, and says that in its own way
        }
    }

    // All at once: the client may have many requests under way.
    static async Task<IReadOnlyDictionary<int, string>> NamesAsync(StoreClient store)
    {
        var read = from id in await store.ListAsync(Domains).ConfigureAwait(false) ?? []
                   where int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out _)
                   select NameAsync(store, id);
        var named = await Task.WhenAll(read).ConfigureAwait(false);
        return named.OfType<(int Domid, string Name)>().DistinctBy(one => one.Domid).ToDictionary(one => one.Domid, one => one.Name);
    }

    static async Task<(int, string)?> NameAsync(StoreClient store, string id) =>
        await store.ReadAsync($"{Domains}/{id}/name").ConfigureAwait(false) is { } name
            ? (int.Parse(id, CultureInfo.InvariantCulture), ByteText.Encoding.GetString(name))
            : null;
}
