using Xen.Hypervisor.Linux;
using Xen.Posix;

namespace Xen.Hypervisor;

/// <summary>The only door to Xen. Daemons take it as an argument, so that each runs on a simulated one as well.</summary>
/// <param name="Name">How the administrator chose it, and which it is.</param>
/// <param name="HomePort">The port of the store's own domain's ring; 0 if that has none.</param>
public sealed record Hypervisor(string Name, IEventChannels EventChannels, IGuestMemory GuestMemory, IDomains Domains, IHost Host,
    IWatchdogTimer WatchdogTimer, uint HomePort) : IDisposable
{
    /// <summary>What the options of daemons may say.</summary>
    public const string Choices = "xen, none or simulated:FOLDER";

    const string SimulatedPrefix = "simulated:";

    /// <summary>Whether <see cref="Open"/> knows a name.</summary>
    public static bool Knows(string name) => name is "xen" or "none" || name.StartsWith(SimulatedPrefix, StringComparison.Ordinal) && name.Length > SimulatedPrefix.Length;

    /// <summary>The hypervisor of a name that <see cref="Knows"/> knows.</summary>
    /// <exception cref="PosixException">A device of Xen's or the folder cannot be opened; the message says which and what to look at.</exception>
    /// <param name="eventChannelDevice">The open device of an earlier process of the daemon, with what that bound; null to open it anew.</param>
    public static Hypervisor Open(string name, FileDescriptor? eventChannelDevice = null) => name switch
    {
        "xen" => LinuxHypervisor.Open(eventChannelDevice),
        "none" => None(),
        _ => Simulated(name[SimulatedPrefix.Length..], eventChannelDevice),
    };

    /// <summary>No hypervisor: sockets only, and every domain is believed to exist.</summary>
    public static Hypervisor None()
    {
        var nothing = new NoHypervisor();
        return new("none", nothing, nothing, nothing, nothing, nothing, 0);
    }

    /// <summary>A folder in which other processes play guests; see docs/simulated-hypervisor.md.</summary>
    /// <exception cref="PosixException">The folder or what belongs in it cannot be made.</exception>
    public static Hypervisor Simulated(string folder, FileDescriptor? eventChannelDevice = null)
    {
        var simulated = new Simulated.SimulatedHypervisor(folder, eventChannelDevice);
        var host = new Simulated.SimulatedHost(folder);
        return new(SimulatedPrefix + folder, simulated, simulated, simulated, host, host, Hypervisor.SimulatedHomePort);
    }

    /// <summary>
    /// What can only be asked, by a connection of its own that serves one thread: no event channel, no memory of guests. It works in other
    /// domains than the host's, too, where the hypervisor refuses most answers.
    /// </summary>
    /// <exception cref="HypercallsRefusedException">This is a guest whose kernel lets no program make hypercalls.</exception>
    /// <exception cref="PosixException">The hypervisor cannot be reached.</exception>
    public static Inquiry OpenInquiry(string name)
    {
        if (name == "xen")
            return LinuxHypervisor.OpenInquiry();
        if (name == "none")
            return new(new NoHypervisor(), new NoHypervisor(), new NoHypervisor());
        string folder = name[SimulatedPrefix.Length..];
        if (File.Exists(Path.Combine(folder, "refuses-hypercalls")))
            throw new HypercallsRefusedException("ask the simulated hypervisor");
        var host = new Simulated.SimulatedHost(folder);
        return new(new Simulated.SimulatedHypervisor(folder, null), host, host);
    }

    const uint SimulatedHomePort = 1;

    /// <inheritdoc/>
    public void Dispose()
    {
        EventChannels.Dispose();
        GuestMemory.Dispose();
        Domains.Dispose();
    }
}

/// <summary>What the hypervisor can be asked without taking anything of it. Not for several threads at once.</summary>
public sealed record Inquiry(IDomains Domains, IHost Host, IWatchdogTimer WatchdogTimer);
