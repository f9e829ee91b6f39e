using XenCommons.Boot;
using XenCommons.Findings;
using XenCommons.Host;

namespace XenCommons.Check;

/// <summary>Findings from the files of a host, each cause once.</summary>
static class Doctor
{
    /// <param name="files">The host's files.</param>
    /// <param name="config">A kernel configuration to check in place of the running kernel's; null if none is given.</param>
    internal static IEnumerable<Finding> Look(HostFiles files, string? config)
    {
        var options = KernelOptions.Look(files, config);
        if (files.IsGuest)
            return [HostChecks.OfGuest(), .. config is null ? [] : options];
        return
        [
            .. options, .. HostChecks.Look(files, option => config is null && KernelOptions.IsLacking(files, option)),
            .. BootChecks.Look(files),
            .. ServiceChecks.Look(files), .. SettingChecks.Look(files), .. OpenRcChecks.Look(files), .. BridgeChecks.Look(files),
            .. StoreChecks.Aside(files),
        ];
    }
}
