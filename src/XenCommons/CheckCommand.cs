using System.Text;
using Xen.Hosting;
using Xen.Hypervisor;
using Xen.Hypervisor.Choice;
using Xen.Linux;
using XenCommons.Check;
using XenCommons.Findings;
using XenCommons.Host;

namespace XenCommons;

/// <summary>`xencommons check`: looks for everything that is missing or will cause trouble.</summary>
static class CheckCommand
{
    const string Red = "\e[31m", Yellow = "\e[33m", Plain = "\e[0m", Faint = "\e[2m";

    internal static async Task<int> RunAsync(CommonsOptions options)
    {
        var findings = await FindAsync(options).ConfigureAwait(false);
        Console.Write(options.IsJson ? Json(findings) : Text(findings, !Console.IsOutputRedirected, options.IsQuiet));
        return findings.Count == 0 ? 0 : findings.Max(finding => (int)finding.Severity);
    }

    /// <summary>All findings, the worst first.</summary>
    /// <param name="writes">Whether it may write into the store, to see whether that works.</param>
    internal static async Task<IReadOnlyList<Finding>> FindAsync(CommonsOptions options, bool writes = true)
    {
        var files = new HostFiles(options.Root);
        var findings = Doctor.Look(files, options.ConfigFile).ToList();
        // Without its device the hypervisor cannot be asked. The missing device is already reported.
        if (options.Hypervisor != "none" && (files.IsDom0 && files.Exists("/dev/xen/privcmd") || options.Hypervisor != "xen"))
            findings.AddRange(OfHypervisor(files, options.Hypervisor));
        if (files is { IsDom0: true, IsThisHost: true })
            findings.AddRange(await StoreChecks.LookAsync(files, writes).ConfigureAwait(false));
        return [.. findings.Distinct().OrderByDescending(finding => finding.Severity)];
    }

    static IEnumerable<Finding> OfHypervisor(HostFiles files, string hypervisor)
    {
        Inquiry xen;
        try
        {
            xen = HypervisorChoice.OpenInquiry(hypervisor);
        }
        catch (PosixException e) when (e.Errno is Errno.EACCES or Errno.EPERM)
        {
            return [Finding.OnlyRoot];
        }
        catch (PosixException e)
        {
            return [new(Severity.Error, "hypervisor", e.Message, "run it as root; xencommons start loads the module", "/dev/xen/privcmd")];
        }
        using (xen)
            return [.. XenChecks.Look(files, xen)];
    }

    internal static string Text(IReadOnlyList<Finding> findings, bool hasColour, bool isQuiet)
    {
        var text = new StringBuilder();
        foreach (var finding in findings.Where(finding => !isQuiet || finding.Severity != Severity.Remark))
        {
            string colour = !hasColour ? "" : finding.Severity switch { Severity.Error => Red, Severity.Warning => Yellow, _ => Faint };
            text.Append(colour).Append(finding.Severity.ToString().ToLowerInvariant()).Append(hasColour ? Plain : "").Append(": ")
                .Append(finding.What);
            if (finding.Remedy.Length > 0)
                text.Append("\n    ").Append(finding.Remedy);
            text.Append(hasColour ? Faint : "").Append("\n    read in ").Append(finding.Source).Append(hasColour ? Plain : "").Append('\n');
        }
        int Count(Severity severity) => findings.Count(finding => finding.Severity == severity);
        if (!isQuiet)
            text.Append(System.Globalization.CultureInfo.InvariantCulture,
                $"{Count(Severity.Error)} errors, {Count(Severity.Warning)} warnings, {Count(Severity.Remark)} remarks\n");
        return text.ToString();
    }

    internal static string Json(IReadOnlyList<Finding> findings) => JsonText.Of(json =>
    {
        json.WriteStartArray("findings");
        foreach (var finding in findings)
        {
            json.WriteStartObject();
            json.WriteString("severity", finding.Severity.ToString().ToLowerInvariant());
            json.WriteString("topic", finding.Topic);
            json.WriteString("what", finding.What);
            json.WriteString("remedy", finding.Remedy);
            json.WriteString("source", finding.Source);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    });
}
