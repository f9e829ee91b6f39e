using Xen.Linux.Files;

namespace Xen.Hosting;

/// <summary>Recognises by OpenRC, and by the sysvinit under it, that the host goes down.</summary>
public static class OpenRc
{
    const string SoftLevel = "/run/openrc/softlevel";

    /// <summary>The runlevel that OpenRC is in or goes to; empty if OpenRC does not run or is just writing the file.</summary>
    public static string Level =>
        FileFault.Otherwise(() => File.Exists(SoftLevel) ? File.ReadAllText(SoftLevel).Trim() : "", "");

    /// <summary>Whether the host goes down in that runlevel of OpenRC.</summary>
    public static bool IsEnd(string level) => level is "shutdown" or "reboot";

    /// <summary>
    /// Whether the output of the command `runlevel` means that the host goes down. It prints the last runlevel and the present one, and the
    /// runlevels 0 and 6 are halt and reboot. Debian's OpenRC stops services in these before it sets its own runlevel.
    /// </summary>
    public static bool IsEndOfSysvinit(string printed) => printed is [.., ' ', '0' or '6'];
}
