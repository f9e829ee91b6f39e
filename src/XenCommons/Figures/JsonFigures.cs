using System.Globalization;
using System.Text.Json;

namespace XenCommons.Figures;

/// <summary>Reads the members of a daemon's status. An older or newer daemon may lack one: then there is no figure.</summary>
static class JsonFigures
{
    internal static JsonElement? Member(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var member) && member.ValueKind != JsonValueKind.Null
            ? member
            : null;

    internal static double? Number(this JsonElement element, string name) =>
        element.Member(name) is { ValueKind: JsonValueKind.Number } number ? number.GetDouble() : null;

    /// <summary>A number in another unit: one of the member is so many of the figure's.</summary>
    internal static double? Number(this JsonElement element, string name, double unit) => element.Number(name) * unit;

    /// <summary>1 for true, 0 for false.</summary>
    internal static double? Flag(this JsonElement element, string name) => element.Member(name)?.ValueKind switch
    {
        JsonValueKind.True => 1,
        JsonValueKind.False => 0,
        _ => null,
    };

    internal static string? Text(this JsonElement element, string name) =>
        element.Member(name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    /// <summary>A time of the watchdog's status, in seconds since 1970.</summary>
    internal static double? Time(this JsonElement element, string name) =>
        DateTimeOffset.TryParseExact(element.Text(name), "yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal, out var time) ? time.ToUnixTimeSeconds() : null;

    internal static IEnumerable<JsonElement> List(this JsonElement element, string name) =>
        element.Member(name) is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray() : [];

    /// <summary>The members of an object that are numbers.</summary>
    internal static IEnumerable<(string Name, double Value)> Numbers(this JsonElement element, string name) =>
        element.Member(name) is { ValueKind: JsonValueKind.Object } members
            ? from member in members.EnumerateObject()
              where member.Value.ValueKind == JsonValueKind.Number
              select (member.Name, member.Value.GetDouble())
            : [];
}
