using System.Globalization;

namespace XenStored.Tests.Kills;

/// <summary>The domains of the simulated hypervisor, whose ends the store hears of at once, or when it runs again.</summary>
sealed class HypervisorDomains(string folder) : IDisposable
{
    const uint DomainException = 0xFFFF_0000;

    readonly Fifo events = new(Path.Combine(folder, "evtchn"));

    public void Dispose() => events.Dispose();

    /// <summary>A domain has a number, which another one may have had.</summary>
    internal void Begins(ushort domid, int unique)
    {
        StoreGuest.Prepare(folder, domid);
        string next = Path.Combine(folder, "next");
        File.WriteAllText(next, unique.ToString(CultureInfo.InvariantCulture));
        File.Move(next, At("unique", domid), overwrite: true);
        File.Delete(At("shutdown", domid));
        File.Delete(At("dead", domid));
        events.Put(DomainException);
    }

    internal void ShutsDown(ushort domid)
    {
        File.WriteAllText(At("shutdown", domid), "");
        events.Put(DomainException);
    }

    internal void Ends(ushort domid)
    {
        File.WriteAllText(At("dead", domid), "");
        events.Put(DomainException);
    }

    string At(string what, ushort domid) => Path.Combine(folder, $"{what}.{domid}");
}
