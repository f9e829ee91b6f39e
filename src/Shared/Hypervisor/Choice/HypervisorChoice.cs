using Xen.Hypervisor.Linux;
using Xen.Hypervisor.Simulated;
using Xen.Linux;

namespace Xen.Hypervisor.Choice;

/// <summary>Opens the hypervisor that an administrator names: Xen, a simulated one, or none.</summary>
public static class HypervisorChoice
{
    /// <summary>The values that the daemons' option takes, as text for messages.</summary>
    public const string Choices = "xen, none or simulated:FOLDER";

    const string SimulatedPrefix = "simulated:";
    const uint SimulatedHomePort = 1;

    /// <summary>Whether <see cref="Open"/> knows a name.</summary>
    public static bool Knows(string name) => name is "xen" or "none"
        || name.StartsWith(SimulatedPrefix, StringComparison.Ordinal) && name.Length > SimulatedPrefix.Length;

    /// <summary>Opens the hypervisor of a name that <see cref="Knows"/> accepts.</summary>
    /// <exception cref="PosixException">A device of Xen's or the folder cannot be opened. The message says which, and what to look
    /// at.</exception>
    /// <param name="eventChannelDevice">The open device of an earlier process of the daemon, with the ports that it bound. Null opens
    /// the device again.</param>
    public static HypervisorInterface Open(string name, FileDescriptor? eventChannelDevice = null) => name switch
    {
        "xen" => LinuxHypervisor.Open(eventChannelDevice),
        "none" => None(),
        _ => Simulated(name[SimulatedPrefix.Length..], eventChannelDevice),
    };

    /// <summary>No hypervisor: sockets only, and every domain is believed to exist.</summary>
    public static HypervisorInterface None()
    {
        var nothing = new NoHypervisor();
        return new("none", nothing, nothing, nothing, nothing, nothing, 0);
    }

    /// <summary>A folder in which other processes play guests; see docs/simulated-hypervisor.md.</summary>
    /// <exception cref="PosixException">The folder or a file in it cannot be made.</exception>
    public static HypervisorInterface Simulated(string folder, FileDescriptor? eventChannelDevice = null)
    {
        var simulated = new SimulatedHypervisor(folder, eventChannelDevice);
        var host = new SimulatedHost(folder);
        return new(SimulatedPrefix + folder, simulated, simulated, simulated, host, host, SimulatedHomePort);
    }

    /// <summary>
    /// Opens a connection for questions only: it has no event channels and no memory of guests. It serves one thread. It also works in
    /// domains other than the host's, but there the hypervisor refuses most answers.
    /// </summary>
    /// <exception cref="HypercallsRefusedException">This is a guest, and its kernel lets no program make hypercalls.</exception>
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
        var host = new SimulatedHost(folder);
        return new(new SimulatedHypervisor(folder, null), host, host);
    }
}
