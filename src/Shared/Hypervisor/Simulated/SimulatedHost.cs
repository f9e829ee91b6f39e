using System.Globalization;
using Xen.Hypervisor.Answers;
using Xen.Linux;

namespace Xen.Hypervisor.Simulated;

/// <summary>
/// The machine of a simulated hypervisor, made of files. <c>console</c> is the hypervisor's console ring; its last 16 KiB can be read.
/// <c>watchdog.1</c> and <c>watchdog.2</c> hold the seconds with which a timer was last armed.
/// </summary>
sealed class SimulatedHost(string folder) : IHostInfo, IWatchdogTimer
{
    const int ConsoleRing = 16 * 1024;

    public XenVersion Version => Text("version", "4.22.simulated").Split('.', 3) is [var major, var minor, var extra]
        ? new(int.Parse(major, CultureInfo.InvariantCulture), int.Parse(minor, CultureInfo.InvariantCulture), "." + extra) : default;

    public int Physical(out PhysicalInfo info)
    {
        info = new(1, 0xF, 1 << 20, 1 << 19, 0, 0);
        return 0;
    }

    public string Say(HostText what) => what == HostText.CommandLine
        ? Text("commandline", "")
        : Text("capabilities", "xen-3.0-x86_64 hvm-3.0-x86_64");

    public int Scheduler(out uint id)
    {
        id = 6;
        return 0;
    }

    public int ListCpuPools(List<uint> into)
    {
        into.Clear();
        into.Add(0);
        return 1;
    }

    string Text(string file, string otherwise) => File.Exists(At(file)) ? File.ReadAllText(At(file)).Trim() : otherwise;

    public int GrantTable(ushort domid, out GrantTableSize size)
    {
        size = new(1, 64);
        return File.Exists(At($"dead.{domid}")) ? -Errno.ENOENT : 0;
    }

    public int ReadConsole(Span<byte> into, ref uint position, out uint lost)
    {
        lost = 0;
        if (!File.Exists(At("console")))
            return 0;
        byte[] all = File.ReadAllBytes(At("console"));
        uint oldest = (uint)Math.Max(all.Length - ConsoleRing, 0);
        if (position < oldest)
            (lost, position) = (oldest - position, oldest);
        int count = Math.Min(into.Length, all.Length - (int)position);
        all.AsSpan((int)position, count).CopyTo(into);
        position += (uint)count;
        return count;
    }

    public int WriteConsole(ReadOnlySpan<byte> text)
    {
        using var console = new FileStream(At("console"), FileMode.Append);
        console.Write(text);
        return 0;
    }

    public int Arm(int timer, uint seconds)
    {
        if (timer == 0)
            timer = !File.Exists(At("watchdog.1")) ? 1 : !File.Exists(At("watchdog.2")) ? 2 : -Errno.ENOSPC;
        else if (timer > IWatchdogTimer.Timers || !File.Exists(At($"watchdog.{timer}")))
            timer = -Errno.EINVAL;
        if (timer > 0)
            File.WriteAllText(At($"watchdog.{timer}"), seconds.ToString(CultureInfo.InvariantCulture));
        return timer;
    }

    public int Disarm(int timer)
    {
        if (timer is < 1 or > IWatchdogTimer.Timers || !File.Exists(At($"watchdog.{timer}")))
            return -Errno.EINVAL;
        File.Delete(At($"watchdog.{timer}"));
        return 0;
    }

    string At(string name) => Path.Combine(folder, name);
}
