using System.Diagnostics;
using Xen.Support;

namespace Load.Scenarios;

/// <summary>
/// READ of one client, with and without somebody who collects the store's figures each second, beside 100 domains. The two take turns,
/// some seconds each, and the median of each kind counts. The collector runs on the other CPUs, and in a second part on the store's own.
/// </summary>
static class Scraped
{
    const int Domains = 100, Turns = 5, Sigterm = 15;
    const double Seconds = 5;

    public static void Run(Server server, Output output)
    {
        string[] command = Setting("COLLECTOR").Split(' ');
        using var client = server.Connect();
        client.Write(Synchronous.Node, Synchronous.TenBytes);
        for (int domid = 1; domid <= server.Scaled(Domains); domid++)
        {
            client.Write($"/local/domain/{domid}/name", Synchronous.TenBytes);
            StoreGuest.Prepare(server.Shim, (ushort)domid);
            Guest.Introduce(client, domid, Rings.Port);
        }
        foreach (var (part, cpus) in ((string, string)[])[("", Setting("OTHER_CPUS")), ("-same", Setting("CPU"))])
        {
            var (without, with) = (new List<double>(), new List<double>());
            for (int turn = 0; turn < Turns; turn++)
            {
                without.Add(P99(server, client));
                using var collector = Begin(command, cpus, server);
                with.Add(P99(server, client));
                _ = Native.Kill(collector.Id, Sigterm);
                collector.WaitForExit();
            }
            output.Tell("without" + part, Median(without));
            output.Tell("with" + part, Median(with));
            output.Tell("ratio" + part, Median(with) / Median(without));
        }
    }

    static double P99(Server server, Client client) =>
        Synchronous.Measure(server, client, Synchronous.ReadRequest(Synchronous.Node), 1_000_000, Seconds * server.Scale)
            .Latency.Microseconds(0.99);

    static Process Begin(string[] command, string cpus, Server server)
    {
        var info = new ProcessStartInfo("taskset") { RedirectStandardError = true };
        foreach (string word in (string[])["-c", cpus, .. command])
            info.ArgumentList.Add(word.Replace("{shim}", server.Shim, StringComparison.Ordinal));
        info.Environment["XENSTORED_PATH"] = server.Socket;
        return Process.Start(info) ?? throw new IOException($"{command[0]} does not start");
    }

    // What run.sh says.
    static string Setting(string name) => Environment.GetEnvironmentVariable(name) ?? throw new ArgumentException($"{name} is not set");

    static double Median(List<double> values)
    {
        values.Sort();
        return values[values.Count / 2];
    }
}
