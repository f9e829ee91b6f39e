using System.Text;
using Xen.Hypervisor;
using Xen.Hypervisor.Answers;
using Xen.Hypervisor.Choice;

namespace Probe;

/// <summary>Prints what the hypervisor library says.</summary>
static class HypervisorProbe
{
    internal static void Version() => Console.WriteLine(Open().Host.Version);

    internal static void Physical()
    {
        Check(Open().Host.Physical(out var physical));
        Console.WriteLine($"{physical.Cpus} {physical.TotalPages / 256} {physical.FreePages / 256}");
    }

    internal static void Domains()
    {
        var domains = new List<DomainInfo>();
        var hypervisor = Open();
        Check(hypervisor.Domains.List(domains));
        foreach (var domain in domains)
        {
            string paused = domain.IsPaused ? "paused" : "-", kind = domain.IsHvm ? "hvm" : "pv";
            string state = hypervisor.Domains.TryStatus(domain.Domid, out var status) ? status.State.ToString() : "?";
            Console.WriteLine($"{domain.Domid} {domain.Pages / 256} {domain.Vcpus} {paused} {kind} {domain.Handle} {state}");
        }
    }

    internal static bool TryStatus(ushort domid)
    {
        if (!Open().Domains.TryStatus(domid, out var status))
            return false;
        Console.WriteLine(status.State);
        return true;
    }

    internal static void ReadConsole()
    {
        byte[] buffer = new byte[4096];
        uint position = 0;
        for (int count; (count = Check(Open().Host.ReadConsole(buffer, ref position, out _))) > 0;)
            Console.Write(Encoding.Latin1.GetString(buffer, 0, count));
    }

    internal static void Grants(ushort domid)
    {
        Check(Open().Host.GrantTable(domid, out var size));
        Console.WriteLine($"{size.Frames} {size.MostFrames}");
    }

    internal static void Watchdog()
    {
        var timer = Open().WatchdogTimer;
        int first = Check(timer.Arm(0, 300)), second = Check(timer.Arm(0, 300));
        int third = timer.Arm(0, 300), again = timer.Arm(first, 300);
        int firstEnd = timer.Disarm(first), secondEnd = timer.Disarm(second), secondEndAgain = timer.Disarm(second);
        Console.WriteLine($"{first} {second} {third} {again} {firstEnd} {secondEnd} {secondEndAgain}");
    }

    // The same page by its frame number and, for the store's page, by the grant: xenstored has it mapped as well.
    internal static void Page(ushort domid, ulong frame)
    {
        var memory = Open().GuestMemory;
        using var byFrame = memory.MapFrame(domid, frame, out int frameErrno);
        using var byGrant = memory.MapStorePage(domid, out int grantErrno);
        if (byFrame is null || byGrant is null)
            Console.WriteLine($"errno {frameErrno} {grantErrno}");
        else
            Console.WriteLine(byFrame.Bytes.SequenceEqual(byGrant.Bytes) ? "same" : "different");
    }

    static HypervisorInterface Open() => HypervisorChoice.Open("xen");

    static int Check(int result) => result >= 0 ? result : throw new IOException($"errno {-result}");
}
