namespace Xen.Hosting;

/// <summary>What OpenRC, and the sysvinit beneath it, tell of a host's way down.</summary>
public static class OpenRc
{
    const string SoftLevel = "/run/openrc/softlevel";

    /// <summary>The runlevel that OpenRC is in or goes to; empty where it does not run, or the file is written just now.</summary>
    public static string Level
    {
        get
        {
            try
            {
                return File.Exists(SoftLevel) ? File.ReadAllText(SoftLevel).Trim() : "";
            }
            catch (IOException)
            {
                return "";
            }
        }
    }

    /// <summary>Whether it takes the host down by that runlevel.</summary>
    public static bool IsEnd(string level) => level is "shutdown" or "reboot";

    /// <summary>
    /// Whether the command `runlevel` says so: the runlevel before, and now, of which 0 and 6 are halt and reboot. Debian's OpenRC stops
    /// services in these before it says so itself.
    /// </summary>
    public static bool IsEndOfSysvinit(string printed) => printed is [.., ' ', '0' or '6'];
}
