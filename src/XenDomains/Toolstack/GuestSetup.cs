using System.Text.Json;
using XenDomains.Planning;

namespace XenDomains.Toolstack;

/// <summary>What libxl's own JSON of a guest's configuration tells: of `xl create --dryrun`, and in the header of an image.</summary>
/// <param name="Memory">In MiB; 0: it does not tell.</param>
sealed record GuestSetup(string? Name, string? Kernel, long Memory, IReadOnlyList<GuestDisk> Disks, IReadOnlyList<string> Bridges)
{
    /// <exception cref="JsonException">It is no JSON.</exception>
    internal static GuestSetup Parse(ReadOnlyMemory<byte> utf8)
    {
        using var document = JsonDocument.Parse(utf8);
        var root = document.RootElement;
        if (root.ValueKind == JsonValueKind.Array && root.GetArrayLength() > 0)
            root = root[0];
        if (Member(root, "config") is { } config)
            root = config;
        var build = Member(root, "b_info");
        return new(
            Text(Member(root, "c_info"), "name"),
            Text(build, "kernel") ?? Text(Member(build, "type.pv"), "kernel") ?? Text(Member(build, "u"), "kernel"),
            (Number(build, "max_memkb") ?? 0) >> 10,
            [.. Items(root, "disks").Where(disk => Text(disk, "pdev_path") is { Length: > 0 }).Select(disk => new GuestDisk(Text(disk, "pdev_path")!, (Number(disk, "readwrite") ?? 0) != 0))],
            [.. Items(root, "nics").Select(nic => Text(nic, "bridge")).OfType<string>().Where(bridge => bridge is not "").Distinct(StringComparer.Ordinal)]);
    }

    static JsonElement? Member(JsonElement? parent, string name) =>
        parent is { ValueKind: JsonValueKind.Object } element && element.TryGetProperty(name, out var value) ? value : null;

    static string? Text(JsonElement? parent, string name)
    {
        try
        {
            return Member(parent, name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null; // bytes that are no text
        }
    }

    static long? Number(JsonElement? parent, string name) =>
        Member(parent, name) is { } value ? value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long number) ? number : value.ValueKind == JsonValueKind.True ? 1 : null : null;

    static IEnumerable<JsonElement> Items(JsonElement parent, string name) =>
        Member(parent, name) is { ValueKind: JsonValueKind.Array } array ? array.EnumerateArray() : [];
}
