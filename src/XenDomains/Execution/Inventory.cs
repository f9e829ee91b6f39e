using System.Globalization;
using System.Text.RegularExpressions;
using Xen.Linux.Files;
using Xen.Protocol.Wire;
using XenDomains.Answers;
using XenDomains.Configuration;
using XenDomains.Facts;
using XenDomains.Images;
using XenDomains.Planning;
using XenDomains.Toolstack;

namespace XenDomains.Execution;

/// <summary>Finds out what is wanted and what exists: the input of a plan.</summary>
static partial class Inventory
{
    const string DeviceModel = "-dm";
    static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(500);

    /// <param name="isForStop">
    /// Disks are not compared, and a folder that cannot be read is only reported: guests must be stopped without it, or are cut off.
    /// </param>
    /// <param name="isQuick">
    /// Disks are not compared, and xl is not asked what a configuration means: its name is what a line of it says.
    /// </param>
    /// <param name="kept">What xl said in earlier looks; null: it is asked about every configuration.</param>
    /// <exception cref="IOException">The folder of configurations or images cannot be read, and the facts are not for a stop.</exception>
    /// <exception cref="ToolstackException">The toolstack does not work.</exception>
    internal static async Task<HostFacts> MakeAsync(
        DomainsConfig config, IToolstack toolstack, ISaveFolder? saves, ConcurrencyLimit commands, bool isForStop = false,
        bool isQuick = false, KeptAnswers? kept = null)
    {
        var domains = await toolstack.WithDevicesAsync(await toolstack.ListAsync().ConfigureAwait(false)).ConfigureAwait(false);
        var (watched, busy) = toolstack.Monitors();
        var restored = toolstack.RestoredFrom();
        var faults = new List<string>(config.Faults);
        bool isThere = config.AutoFolder is null || Directory.Exists(config.AutoFolder);
        if (!isThere)
            faults.Add($"{config.File}: there is no folder {config.AutoFolder} (XENDOMAINS_AUTO): no guest of it starts with the host");
        var folder = Read(() => config.AutoFolder is null ? AutoFolder.Empty : AutoFolder.Read(config.AutoFolder),
            "the folder of configurations");
        var images = Read(() => saves?.Images(looksAtDisks: !isForStop && !isQuick) ?? [], "the folder of images");
        var saved = busy.Select(what => NameOf(what, domains, images)).ToHashSet(StringComparer.Ordinal);
        var auto = await Task.WhenAll((folder?.Files ?? []).Select(file =>
            ReadAsync(file, isQuick ? null : () => commands.InAsync(() => toolstack.ReadAsync(file)), kept))).ConfigureAwait(false);
        kept?.Close();
        var guests = GuestsAmong(domains, auto.Select(guest => guest.Name).OfType<string>().ToHashSet(StringComparer.Ordinal), faults);
        return new(config with { Faults = faults }, auto, folder?.Left ?? [], guests, watched, saved, images ?? [])
        {
            RestoredFrom = restored,
            IsAutoUnknown = !isThere || folder is null,
            Owner = GuestOwner.OfHost(),
        };

        T? Read<T>(Func<T> read, string what) where T : class
        {
            try
            {
                return read();
            }
            catch (Exception e) when (isForStop && FileFault.Is(e))
            {
                faults.Add($"{what} cannot be read, and guests are stopped without it: {e.Message}");
                return null;
            }
        }
    }

    // What an xl that saves or restores was given: an id, or the file of an image.
    static string NameOf(string what, IReadOnlyList<XlDomain> domains, IReadOnlyList<SavedImage>? images) =>
        domains.FirstOrDefault(domain => domain.Id.ToString(CultureInfo.InvariantCulture) == what)?.Name
            ?? images?.FirstOrDefault(image => Path.GetFileName(image.File) == what)?.Name ?? what;

    /// <summary>
    /// The domains that are guests. A device model's domain is not a guest. If the store cannot say which domains are device models, the
    /// name decides: libxl gives them a certain form, and a configuration with such a name still means a guest.
    /// </summary>
    /// <param name="configured">Names of guests that start with the host.</param>
    /// <param name="faults">Gets a sentence for each domain that only its name identifies.</param>
    internal static IReadOnlyList<XlDomain> GuestsAmong(
        IReadOnlyList<XlDomain> domains, IReadOnlySet<string> configured, List<string> faults)
    {
        var guests = new List<XlDomain>();
        foreach (var domain in domains)
            if (domain.IsDeviceModel ?? IsNamedSo(domain.Name))
            {
                if (domain.IsDeviceModel is null)
                    faults.Add($"{domain.Name} counts as a device model because of its name, and is left alone: the store does not answer");
            }
            else
                guests.Add(domain);
        // Another toolstack may give a name twice, or the name of a guest of xl. xl never does that, so a configuration means xl's own
        // guest.
        var twice = guests.GroupBy(domain => domain.Name, StringComparer.Ordinal).Where(same => same.Count() > 1).Select(same => same.Key)
            .ToHashSet(StringComparer.Ordinal);
        return [.. guests.Select(domain =>
            domain.IsForeign && twice.Contains(domain.Name)
                ? domain with { Name = string.Create(CultureInfo.InvariantCulture, $"{domain.Name} (domain {domain.Id})") }
                : domain)];

        bool IsNamedSo(string name) =>
            name.EndsWith(DeviceModel, StringComparison.Ordinal) && !configured.Contains(name)
                && domains.Any(guest => guest.Name == name[..^DeviceModel.Length]);
    }

    /// <summary>Waits until no xl saves or restores a guest: the xl of an earlier xendomains works on after xendomains has ended.</summary>
    internal static async Task WaitForOthersAsync(IToolstack toolstack, IDomainsHost host, IReport report, TimeSpan? within)
    {
        var reported = new HashSet<string>(StringComparer.Ordinal);
        var deadline = within is { } limit ? host.Now + limit : DateTime.MaxValue;
        while (toolstack.Monitors().BeingSaved is { Count: > 0 } others && host.Now < deadline)
        {
            foreach (string name in others.Where(reported.Add))
                report.Tell(name, Stage.Waiting, "is being saved or restored by another xl; waiting for its end");
            await host.PauseAsync(LookAgain, default).ConfigureAwait(false);
        }
        foreach (string name in reported)
            report.Tell(name, Stage.Left, "is no longer saved or restored by another xl");
    }

    // Where nobody is asked only the name is read.
    static async Task<GuestConfig> ReadAsync(string file, Func<Task<(GuestSetup? Setup, string? Fault)>>? ask, KeptAnswers? kept)
    {
        var faults = new List<string>();
        byte[] bytes;
        var stamp = FileStamp.Of(file);
        try
        {
            bytes = File.ReadAllBytes(file); // one file after the other: all of them open at once could be more than may be open
        }
        catch (Exception e) when (FileFault.Is(e))
        {
            return new(file, null, Annotations.None, e.Message);
        }
        string text = ByteText.Encoding.GetString(bytes);
        var notes = Annotations.Parse(text, file, faults);
        var (setup, fault) = (kept?.Of(file, bytes), (string?)null);
        if (setup is null && ask is not null)
        {
            (setup, fault) = await ask().ConfigureAwait(false);
            if (setup is not null)
                kept?.Add(file, bytes, stamp, setup);
        }
        // A running guest must count as ours when the host goes down, even if xl no longer understands its configuration.
        return new(file, setup?.Name ?? (NameLine().Match(text) is { Success: true } line ? line.Groups["name"].Value : null), notes, fault)
        {
            Remarks = faults,
            Files = setup?.Files ?? [],
            Disks = setup?.Disks ?? [],
            Bridges = setup?.Bridges ?? [],
            Memory = setup?.Memory ?? 0,
            Backends = setup?.Backends ?? [],
            HasPci = setup is { HasPci: true },
            TrustsPygrub = setup is { TrustsPygrub: true },
        };
    }

    // Up to the quote of the kind that begins it.
    [GeneratedRegex("""^\s*name\s*=\s*(?<quote>["'])(?<name>((?!\k<quote>).)+)\k<quote>\s*(#.*)?$""",
        RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex NameLine();
}
