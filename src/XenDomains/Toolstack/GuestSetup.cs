using System.Globalization;
using System.Text.Json;
using Xen.Protocol.Wire;
using XenDomains.Facts;

namespace XenDomains.Toolstack;

/// <summary>
/// A guest's configuration as libxl's own JSON holds it: in the output of `xl create --dryrun`, and in the header of an image. It includes
/// what xl.conf sets for all guests, for example the script of their networks.
/// </summary>
/// <param name="Memory">The memory that the guest starts with, in MiB; 0: unknown.</param>
/// <param name="Bridges">Bridges of dom0 that dom0's own script connects the guest to.</param>
sealed record GuestSetup(string? Name, long Memory, IReadOnlyList<GuestDisk> Disks, IReadOnlyList<string> Bridges)
{
    const string Scripts = "/etc/xen/scripts/", DiskScript = "block", NetworkScript = "vif-bridge", Dom0 = "Domain-0";
    const string DefaultBridge = "xenbr0"; // libxl__device_nic_setdefault

    /// <summary>Names of the domains except dom0 that serve the guest's devices, of whichever kind.</summary>
    internal IReadOnlyList<string> Backends { get; init; } = [];

    /// <summary>Files of dom0 that xl needs to start the guest, beside disks with absolute paths: what each is, and its path.</summary>
    internal IReadOnlyList<(string What, string Path)> Files { get; init; } = [];

    internal bool HasPci { get; init; }

    /// <summary>The boot loader is pygrub with all rights of root (XSA-508).</summary>
    internal bool TrustsPygrub { get; init; }

    /// <exception cref="JsonException">The text is no JSON.</exception>
    internal static GuestSetup Parse(ReadOnlyMemory<byte> utf8)
    {
        using var document = JsonDocument.Parse(ByteText.Encoding.GetString(utf8.Span));
        var root = document.RootElement;
        if (root.ValueKind == JsonValueKind.Array && root.GetArrayLength() > 0)
            root = root[0];
        if (Member(root, "config") is { } config)
            root = config;
        var build = Member(root, "b_info");
        return new(
            Text(Member(root, "c_info"), "name"),
            MemoryOf(build) >> 10,
            [.. Items(root, "disks").Where(disk => Text(disk, "pdev_path") is { Length: > 0 })
                .Select(disk =>
                    new GuestDisk(Text(disk, "pdev_path")!, (Number(disk, "readwrite") ?? 0) != 0, IsServedByDom0(disk, DiskScript)))],
            // The kernel allows no colon in a device's name: a colon means a list of VLANs of a switch.
            [.. Items(root, "nics").Where(nic => IsServedByDom0(nic, NetworkScript))
                .Select(nic => Text(nic, "bridge") is { Length: > 0 } named ? named : DefaultBridge)
                .Where(bridge => !bridge.Contains(':', StringComparison.Ordinal)).Distinct(StringComparer.Ordinal)])
        {
            Backends = [.. BackendsOf(root).Where(name => !IsNumber(name) && name is not Dom0).Distinct(StringComparer.Ordinal)],
            Files = [.. FilesOf(build), .. Items(root, "disks").Where(IsLookedFor).Select(disk => ("disk", Text(disk, "pdev_path")!))],
            HasPci = Items(root, "pcidevs").Any(),
            TrustsPygrub = Path.GetFileName(OfBuild(build, "bootloader") ?? "").StartsWith("pygrub", StringComparison.Ordinal)
                && !IsTrue(build, "bootloader_restrict"),
        };
    }

    // libxl looks for a loader without / in Xen's own folder, and then along PATH.
    static IEnumerable<(string What, string Path)> FilesOf(JsonElement? build) =>
        from file in (IEnumerable<(string What, string? Path)>)
        [
            ("kernel", OfBuild(build, "kernel")), ("ramdisk", OfBuild(build, "ramdisk")), ("boot loader", OfBuild(build, "bootloader")),
            ("device model", Text(build, "device_model")),
            ("firmware", Text(Member(build, "type.hvm"), "system_firmware") ?? Text(Member(build, "u"), "system_firmware")),
        ]
        where file.Path is ['/', ..]
        select (file.What, file.Path!);

    // Newer versions of libxl moved some members from the guest's type to the common part.
    static string? OfBuild(JsonElement? build, string name) =>
        Text(build, name) ?? Text(Member(build, "type.pv"), name) ?? Text(Member(build, "u"), name);

    // libxl looks for a disk by its path as written, unless QEMU or a script opens it. Old names like phy:vg/disk are such paths too.
    static bool IsLookedFor(JsonElement disk) =>
        Text(disk, "pdev_path") is { Length: > 0 } path && path[0] != '/' && Text(disk, "script") is null
            && IsServedByDom0(disk, DiskScript)
        && Text(disk, "format") is not "empty" && Text(disk, "backend") is null or "unknown" or "phy" or "standalone";

    // The memory at the start; maxmem only limits how far it may grow.
    static long MemoryOf(JsonElement? build)
    {
        long most = Number(build, "max_memkb") ?? 0;
        return Number(build, "target_memkb") is > 0 and var first && (most == 0 || first < most) ? first : most;
    }

    // Every kind of device names its backend by the same member.
    static IEnumerable<string> BackendsOf(JsonElement root) =>
        root.ValueKind != JsonValueKind.Object ? []
        : from member in root.EnumerateObject()
          where member.Value.ValueKind == JsonValueKind.Array
          from device in member.Value.EnumerateArray()
          let name = Text(device, "backend_domname")
          where name is { Length: > 0 }
          select name;

    // Served by dom0 with Xen's own script. Another script may itself make what the device stands on.
    static bool IsServedByDom0(JsonElement device, string standardScript) =>
        (Text(device, "backend_domname") is not { Length: > 0 } name ? (Number(device, "backend_domid") ?? 0) == 0
            : name is Dom0 || int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int id) && id == 0)
        && (Text(device, "script") is not { Length: > 0 } script || script == standardScript || script == Scripts + standardScript);

    static bool IsNumber(string name) => name.All(char.IsAsciiDigit);

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
            return null; // half of a surrogate pair
        }
    }

    static long? Number(JsonElement? parent, string name) =>
        Member(parent, name) is not { } value ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long number) ? number
        : value.ValueKind == JsonValueKind.True ? 1
        : null;

    // libxl writes a choice that was made as "True" or "False", and a plain one as true or false.
    static bool IsTrue(JsonElement? parent, string name) => Number(parent, name) is > 0 || Text(parent, name) is "True";

    static IEnumerable<JsonElement> Items(JsonElement parent, string name) =>
        Member(parent, name) is { ValueKind: JsonValueKind.Array } array ? array.EnumerateArray() : [];
}
