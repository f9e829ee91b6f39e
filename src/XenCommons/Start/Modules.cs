using Xen.Linux;
using Xen.Linux.Processes;
using XenCommons.Host;

namespace XenCommons.Start;

/// <summary>The kernel's modules that a dom0 needs or may use.</summary>
static class Modules
{
    /// <summary>Without these, neither store nor console daemon nor toolstack works.</summary>
    internal static readonly string[] Needed = ["xenfs", "xen-privcmd", "xen-evtchn", "xen-gntdev"];

    /// <summary>Modules that may serve guests' devices.</summary>
    internal static readonly string[] Useful = ["xen-gntalloc", "xen-blkback", "xen-netback", "xen-pciback", "xen-scsiback",
        "xen-acpi-processor"];

    /// <summary>Names in old kernels that configurations still hold, and today's names.</summary>
    internal static readonly IReadOnlyDictionary<string, string> Dead = new Dictionary<string, string>
    {
        ["evtchn"] = "xen-evtchn",
        ["gntdev"] = "xen-gntdev",
        ["netbk"] = "xen-netback",
        ["blkbk"] = "xen-blkback",
        ["xen-scsibk"] = "xen-scsiback",
        ["pciback"] = "xen-pciback",
        ["usbbk"] = "",
        ["blktap"] = "",
        ["blktap2"] = "",
    };

    static readonly TimeSpan ForModule = TimeSpan.FromMinutes(2); // some modules look for their hardware while they load

    /// <summary>Loads each module that exists and is not loaded yet.</summary>
    /// <param name="more">More names that an administrator wants.</param>
    internal static IEnumerable<Step> Load(HostFiles files, IEnumerable<string> more)
    {
        var kernel = new KernelModules(files);
        foreach (string name in Needed.Concat(Useful).Concat(more).Distinct())
            yield return Load(files, name, kernel);
    }

    static Step Load(HostFiles files, string name, KernelModules kernel)
    {
        string today = kernel.Today(name), what = "module " + name;
        bool isNeeded = Needed.Contains(name);
        if (kernel.IsBuiltIn(today))
            return new(what, Outcome.Already, "is built into the kernel");
        if (files.Exists("/sys/module/" + KernelModules.Plain(today)) || Shows(files, name))
            return new(what, Outcome.Already, "is loaded");
        if (today == name && Dead.TryGetValue(name, out string? successor))
            return new(what, Outcome.NotNeeded, successor.Length > 0
                ? $"is a name that only old kernels have; today it is {successor}"
                : "exists only in old kernels; nothing replaces it");
        if (kernel.IsKnown && !kernel.Has(today))
            return isNeeded
                ? new(what, Outcome.Failed, $"is not part of kernel {files.Release}, which was built without it")
                : new(what, Outcome.NotNeeded, $"is not part of kernel {files.Release}");
        string? fault = Modprobe(today);
        return fault is null ? new(what, Outcome.Done, today == name ? "was loaded" : $"was loaded: this kernel calls it {today}")
            : isNeeded ? new(what, Outcome.Failed, fault)
            : new(what, Outcome.NotNeeded, $"does not load here ({fault})"); // for example, there is no such hardware
    }

    // A module that is built in may be in no list. Without parameters it has no folder in /sys.
    static bool Shows(HostFiles files, string name) => name switch
    {
        "xenfs" => (files.Read("/proc/filesystems") ?? "").Split(['\t', '\n']).Contains("xenfs"),
        "xen-privcmd" or "xen-evtchn" or "xen-gntdev" or "xen-gntalloc" => files.Exists("/dev/xen/" + name["xen-".Length..]),
        _ => false,
    };

    static string? Modprobe(string name)
    {
        try
        {
            var result = ChildProcess.RunAsync("modprobe", ["--", name], ForModule).GetAwaiter().GetResult();
            string errors = result.Errors.Trim();
            return result.Status == 0 ? null
                : result.IsTimedOut ? $"modprobe has not ended within {ForModule.TotalSeconds:0} s"
                : errors.Length > 0 ? errors.ReplaceLineEndings(" ")
                : $"modprobe ended with {result.Status}";
        }
        catch (PosixException e)
        {
            return e.Message;
        }
    }
}
