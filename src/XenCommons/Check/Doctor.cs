using XenCommons.Boot;
using XenCommons.Findings;
using XenCommons.Host;

namespace XenCommons.Check;

/// <summary>What the files of a host tell, each cause once.</summary>
static class Doctor
{
    /// <param name="files">The host's.</param>
    /// <param name="config">A kernel's configuration to look at in place of the running kernel's; null if none is given.</param>
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
        ];
    }
}
