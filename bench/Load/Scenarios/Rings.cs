using System.Text;
using Xen.Support;

namespace Load.Scenarios;

/// <summary>Simulated guests on their ring pages: ring-read, ring-write and domains.</summary>
static class Rings
{
    internal const int Port = 7;

    public static void Read(Server server, Output output) => Simple(server, output, Synchronous.ReadRequest(Node(1)));

    public static void Write(Server server, Output output) =>
        Simple(server, output, Wire.WriteRequest(Node(1), Synchronous.TenBytes));

    /// <summary>
    /// A busy domain when it is the only one, and one beside 3,999 others which do nothing. That is the newest, since the
    /// peers' shim searches event channels from the newest on.
    /// </summary>
    public static void Domains(Server server, Output output)
    {
        int last = server.Scaled(4000);
        using var toolstack = server.Connect();
        using var only = Join(server, toolstack, 1);
        var alone = Synchronous.Measure(server, only, Synchronous.ReadRequest(Node(1)), 20_000, 1.0);

        for (int domid = 2; domid < last; domid++)
            StoreGuest.Prepare(server.Shim, (ushort)domid);
        long start = Clock.Now;
        for (int domid = 2; domid < last; domid++)
            Guest.Introduce(toolstack, domid, Port);
        double introduced = (last - 2) / ((Clock.Now - start) / 1e9);
        using var busy = Join(server, toolstack, last);
        var beside = Synchronous.Measure(server, busy, Synchronous.ReadRequest(Node(last)), 20_000, 2.0);

        output.Tell("alone", alone.Latency.Microseconds(0.5));
        output.Tell("p50", beside.Latency.Microseconds(0.5));
        output.Tell("cpu", beside.CpuPerRequest);
        output.Tell("ratio", beside.Latency.Microseconds(0.5) / alone.Latency.Microseconds(0.5));
        output.Tell("introduce", introduced);
    }

    static void Simple(Server server, Output output, byte[] request)
    {
        using var toolstack = server.Connect();
        using var guest = Join(server, toolstack, 1);
        Synchronous.Measure(server, guest, request, 40_000, 1.5).Tell(output);
    }

    static string Node(int domid) => $"/local/domain/{domid}/device/bench/node";

    /// <summary>Introduces a domain, whose home and node in it belong to it.</summary>
    static Guest Join(Server server, Client toolstack, int domid)
    {
        string home = $"/local/domain/{domid}";
        toolstack.Call(Wire.MkDir, 0, Wire.Payload(home));
        toolstack.Call(Wire.SetPerms, 0, Encoding.UTF8.GetBytes($"{home}\0n{domid}\0"));
        toolstack.Write(Node(domid), Synchronous.TenBytes);
        var guest = new Guest(server.Shim, domid, Port);
        Guest.Introduce(toolstack, domid, Port);
        return guest;
    }
}
