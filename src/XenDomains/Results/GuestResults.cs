using System.Text.Json;
using Xen.Hosting;
using Xen.Linux.Files;

namespace XenDomains.Results;

/// <summary>
/// The last result of each operation on each guest since the host was booted: a file in /run, because commands and the service are
/// processes of their own. Only the process that starts or stops guests writes it.
/// </summary>
sealed class GuestResults
{
    /// <summary>Its name in the folder of the lock.</summary>
    const string FileName = "results";

    const int MostKept = 4096; // the newest: names of guests that are gone must not fill memory

    readonly string path;
    readonly Dictionary<(string Guest, string Operation), GuestResult> results;

    GuestResults(string path, IEnumerable<GuestResult> results) =>
        (this.path, this.results) = (path, results.ToDictionary(result => (result.Guest, result.Operation)));

    /// <summary>All results.</summary>
    internal IReadOnlyCollection<GuestResult> All => results.Values;

    /// <summary>Reads the file. One that is not there, or not whole, has no results.</summary>
    internal static GuestResults Read(string runFolder)
    {
        string path = Path.Combine(runFolder, FileName);
        try
        {
            return new(path, File.Exists(path) ? Parse(File.ReadAllText(path)) : []);
        }
        catch (Exception e) when (FileFault.Is(e) || JsonFault.Is(e))
        {
            return new(path, []); // somebody wrote something else there
        }
    }

    /// <summary>Takes a result in place of an earlier one, and writes the file.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    internal void Add(GuestResult result)
    {
        results[(result.Guest, result.Operation)] = result;
        if (results.Count > MostKept)
            results.Remove(results.MinBy(entry => entry.Value.At).Key);
        AtomicFile.Write(path, JsonText.Of(Write));
    }

    /// <summary>Writes all results as a member of a JSON object.</summary>
    internal void Write(Utf8JsonWriter json)
    {
        json.WriteStartArray("results");
        foreach (var result in All)
        {
            json.WriteStartObject();
            json.WriteString("guest", result.Guest);
            json.WriteString("operation", result.Operation);
            json.WriteBoolean("went_well", result.WentWell);
            json.WriteNumber("at", result.At);
            json.WriteNumber("seconds", Math.Round(result.Seconds, 3));
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    static List<GuestResult> Parse(string text)
    {
        using var document = JsonDocument.Parse(text);
        return
        [
            .. from one in document.RootElement.GetProperty("results").EnumerateArray()
               select new GuestResult(one.GetProperty("guest").GetString()!, one.GetProperty("operation").GetString()!,
                   one.GetProperty("went_well").GetBoolean(), one.GetProperty("at").GetInt64(), one.GetProperty("seconds").GetDouble()),
        ];
    }
}
