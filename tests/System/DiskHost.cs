namespace SystemTests;

/// <summary>A machine with a whole Debian on a disk of its own, which stays from one boot to the next.</summary>
/// <param name="version">The hypervisor's.</param>
/// <param name="kind">What tests/System/machine/disk.sh has made: systemd, openrc or cockpit.</param>
/// <param name="devices">More arguments of QEMU.</param>
sealed class DiskHost(string version, string kind, params string[] devices) : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("xen-disk-").FullName;
    Machine? machine;
    string log = "";
    int boots;

    string Disk => Path.Combine(folder, "disk");

    /// <summary>Boots it.</summary>
    /// <param name="trees">Trees of files that are copied to its disk first.</param>
    /// <param name="options">More options of dom0's kernel.</param>
    /// <param name="withoutXen">Its kernel without a hypervisor beneath it.</param>
    internal void Boot(string[] trees, string options = "", bool withoutXen = false)
    {
        if (!File.Exists(Disk))
            Machine.Shell($"cp --sparse=always '{Suite.Here}/cache/{version}/{kind}.img' '{Disk}'");
        log = Path.Combine(Suite.Logs, $"{version}-{kind}-{folder[^4..]}-{++boots}.console");
        machine = Machine.Boot(version, trees, log, Disk, "root=/dev/vda " + options, withoutXen, devices);
    }

    /// <summary>Runs a shell script in dom0.</summary>
    internal Output Run(string script, int seconds = 60) => machine!.Run(script, seconds);

    /// <summary>What a service has said since the machine was booted.</summary>
    internal string Journal(string unit) => Run($"journalctl -b -o cat -u {unit}").Ok();

    /// <summary>What the machine's console has said since it was booted.</summary>
    internal string Console() => File.ReadAllText(log);

    /// <summary>Has the machine go down by a command of its own, and waits for its end.</summary>
    internal void GoesDown(string command, int seconds)
    {
        machine!.GoesDown(command, seconds);
        machine.Dispose();
        machine = null;
    }

    public void Dispose()
    {
        machine?.Dispose();
        Directory.Delete(folder, recursive: true);
    }
}
