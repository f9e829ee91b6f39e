using System.Globalization;

namespace Xen.Linux;

/// <summary>This process's limits and its user.</summary>
public static unsafe class ResourceLimits
{
    /// <summary>The user that this process acts as; 0 is root.</summary>
    public static uint UserId => Libc.geteuid();

    /// <summary>Raises the limit of open descriptors as far as the kernel permits. Returns the new limit.</summary>
    /// <exception cref="PosixException">The kernel refuses.</exception>
    public static ulong RaiseOpenFiles()
    {
        Libc.RLimit limit;
        FileDescriptor.Check(Libc.getrlimit(Libc.RLIMIT_NOFILE, &limit), "getrlimit");
        limit.Soft = limit.Hard;
        FileDescriptor.Check(Libc.setrlimit(Libc.RLIMIT_NOFILE, &limit), "setrlimit");
        return limit.Soft;
    }

    /// <summary>Sets the limit of open descriptors, for this process and for a program that replaces it.</summary>
    /// <param name="number">The limit. A number above the kernel's own limit for a process (fs.nr_open) is lowered to that.</param>
    /// <exception cref="PosixException">The process may not raise its limit.</exception>
    public static void SetOpenFiles(ulong number)
    {
        ulong most = ulong.Parse(File.ReadAllText("/proc/sys/fs/nr_open"), NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture);
        var limit = new Libc.RLimit { Soft = Math.Min(number, most), Hard = Math.Min(number, most) };
        FileDescriptor.Check(Libc.setrlimit(Libc.RLIMIT_NOFILE, &limit), $"set the limit of open files to {limit.Hard}");
    }
}
