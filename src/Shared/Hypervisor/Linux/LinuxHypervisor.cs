using Xen.Hypervisor.Linux.Calls;
using Xen.Linux;

namespace Xen.Hypervisor.Linux;

/// <summary>
/// The real hypervisor under this dom0, through the kernel's own devices. It uses no library of Xen's, so no library's version has to
/// match.
/// </summary>
static class LinuxHypervisor
{
    const ushort Home = 0;

    /// <exception cref="PosixException">A device cannot be opened or the hypervisor does not answer.</exception>
    internal static HypervisorInterface Open(FileDescriptor? eventChannelDevice)
    {
        var owned = new Stack<IDisposable>();
        try
        {
            var privcmd = Own(new Privcmd()); // the guest memory disposes it later
            var version = LinuxHost.ReadVersion(privcmd);
            var sysctl = new Sysctl(privcmd, version);
            var host = new LinuxHost(privcmd, sysctl, version);
            var eventChannels = Own(new Evtchn(privcmd, eventChannelDevice));
            var memory = Own(new LinuxGuestMemory(privcmd, Home));
            return new($"Xen {version}", eventChannels, memory, new LinuxDomains(privcmd, sysctl, version), host, host, XenBus.Port());
        }
        catch
        {
            while (owned.TryPop(out var one))
                one.Dispose();
            throw;
        }

        T Own<T>(T one) where T : IDisposable
        {
            owned.Push(one);
            return one;
        }
    }

    /// <exception cref="PosixException">The device cannot be opened or the hypervisor does not answer.</exception>
    internal static Inquiry OpenInquiry()
    {
        var privcmd = new Privcmd();
        try
        {
            var version = LinuxHost.ReadVersion(privcmd);
            var sysctl = new Sysctl(privcmd, version);
            var host = new LinuxHost(privcmd, sysctl, version);
            return new(new LinuxDomains(privcmd, sysctl, version), host, host, privcmd);
        }
        catch
        {
            privcmd.Dispose();
            throw;
        }
    }
}
