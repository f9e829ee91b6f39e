using System.Globalization;
using System.Text.Json;
using Xen.Client;
using Xen.Protocol.Wire;
using XenCommons.Figures;

namespace XenCommons.Sources;

/// <summary>What our store tells of itself, and the names that any store has.</summary>
static class StoreStatus
{
    const string Domains = "/local/domain";
    const int MostPages = 4096; // of a store that tells again and again that there are more

    /// <summary>The reply to CONTROL status with these words. Null: the store does not know them, and says that in its own way.</summary>
    internal static async Task<JsonElement?> AskAsync(StoreClient store, params string[] words)
    {
        try
        {
            return JsonElement.Parse(await store.ControlAsync(["status", .. words]).ConfigureAwait(false));
        }
        catch (Exception e) when (e is JsonException or StoreException)
        {
            return null;
        }
    }

    /// <summary>A list that comes in several replies, and whether there is more of it. An older version of ours may not have it.</summary>
    /// <param name="name">The list's name, which is also the word that asks for it.</param>
    /// <param name="most">Replies that are asked for.</param>
    internal static async Task<(List<JsonElement> Items, bool More)> ListAsync(StoreClient store, string name, int most = MostPages)
    {
        var items = new List<JsonElement>();
        double? next = 0;
        for (int pages = 0; next is { } first && pages < most; pages++)
        {
            string from = first.ToString(CultureInfo.InvariantCulture);
            if (await AskAsync(store, name, from).ConfigureAwait(false) is not { } page)
                return (items, false);
            items.AddRange(page.List(name));
            next = page.Number("next");
        }
        return (items, next is not null);
    }

    /// <summary>The names of domains by their ids.</summary>
    /// <param name="known">These are not read again.</param>
    internal static async Task<Dictionary<int, string>> NamesAsync(StoreClient store, IReadOnlyDictionary<int, string>? known = null)
    {
        // All at once: the client may have many requests under way.
        var read = from text in await store.ListAsync(Domains).ConfigureAwait(false) ?? []
                   let id = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : -1
                   where id >= 0
                   select known?.GetValueOrDefault(id) is { } name ? Task.FromResult<(int, string)?>((id, name)) : NameAsync(store, id);
        var named = await Task.WhenAll(read).ConfigureAwait(false);
        return named.OfType<(int Domid, string Name)>().DistinctBy(one => one.Domid).ToDictionary(one => one.Domid, one => one.Name);
    }

    static async Task<(int, string)?> NameAsync(StoreClient store, int id) =>
        await store.ReadAsync(string.Create(CultureInfo.InvariantCulture, $"{Domains}/{id}/name")).ConfigureAwait(false) is { } name
            ? (id, ByteText.Encoding.GetString(name))
            : null;
}
