using System.Diagnostics;
using Xen.Support;

namespace Load.Scenarios;

/// <summary>
/// READs of 10 clients at irregular times, with and without somebody who collects the store's figures each second, beside 100 domains. The
/// two take turns, some seconds each, and the median of each kind counts. The collector runs on the other CPUs, and in a second part on the
/// store's own.
/// </summary>
static class Scraped
{
    const int Domains = 100, Turns = 5, Requests = 6_000, Sigterm = 15;
    const string File = "xen.prom"; // in the server's folder
    static readonly TimeSpan Late = TimeSpan.FromSeconds(3);

    public static void Run(Server server, Output output)
    {
        Client[] clients = [.. Enumerable.Range(0, Irregular.Clients).Select(_ => server.Connect())];
        clients[0].Write(Synchronous.Node, Synchronous.TenBytes);
        for (int domid = 1; domid <= server.Scaled(Domains); domid++)
        {
            clients[0].Write($"/local/domain/{domid}/name", Synchronous.TenBytes);
            StoreGuest.Prepare(server.Shim, (ushort)domid);
            Guest.Introduce(clients[0], domid, Rings.Port);
        }
        foreach (var (part, cpus) in ((string, string)[])[("", Setting("OTHER_CPUS")), ("-same", Setting("CPU"))])
        {
            var turns = new List<(Turn Without, Turn With)>();
            for (int turn = 0; turn < Turns; turn++)
                turns.Add((Play(server, clients), PlayBeside(server, clients, cpus)));
            double without = Median.Of(turns.Select(turn => turn.Without.P99)), with = Median.Of(turns.Select(turn => turn.With.P99));
            output.Tell("without" + part, without);
            output.Tell("with" + part, with);
            output.Tell("ratio" + part, with / without);
            output.Tell("worst-without" + part, Median.Of(turns.Select(turn => turn.Without.Worst)));
            output.Tell("worst-with" + part, Median.Of(turns.Select(turn => turn.With.Worst)));
            output.Tell("cost" + part, Median.Of(turns.Select(turn => turn.With.Cpu)) - Median.Of(turns.Select(turn => turn.Without.Cpu)));
        }
        foreach (var client in clients)
            client.Dispose();
    }

    static Turn Play(Server server, Client[] clients)
    {
        double cpu = server.CpuMicroseconds();
        long start = Clock.Now;
        var latency = Irregular.Ask(clients, server.Scaled(Requests), countsLateness: true);
        double seconds = (Clock.Now - start) / 1e9;
        return new(latency.Microseconds(0.99), latency.Worst, (server.CpuMicroseconds() - cpu) / 1e3 / seconds);
    }

    static Turn PlayBeside(Server server, Client[] clients, string cpus)
    {
        string file = Path.Combine(server.Shim, File);
        System.IO.File.Delete(file);
        using var collector = Begin(cpus, server);
        try
        {
            var turn = Play(server, clients);
            var age = DateTime.UtcNow - System.IO.File.GetLastWriteTimeUtc(file); // of a missing file: centuries
            if (age > Late || !System.IO.File.ReadAllText(file).Contains("xen_store_domain_nodes", StringComparison.Ordinal))
                throw new InvalidOperationException("the collector does not collect each second");
            return turn;
        }
        finally
        {
            _ = Native.Kill(collector.Id, Sigterm);
            collector.WaitForExit();
        }
    }

    static Process Begin(string cpus, Server server)
    {
        var info = new ProcessStartInfo("taskset");
        foreach (string word in (string[])["-c", cpus, .. Setting("COLLECTOR").Split(' '), "--file=" + Path.Combine(server.Shim, File)])
            info.ArgumentList.Add(word.Replace("{shim}", server.Shim, StringComparison.Ordinal));
        info.Environment["XENSTORED_PATH"] = server.Socket;
        return Process.Start(info) ?? throw new IOException("taskset does not start");
    }

    // What run.sh says.
    static string Setting(string name) => Environment.GetEnvironmentVariable(name) ?? throw new ArgumentException($"{name} is not set");

    /// <param name="P99">Microseconds.</param>
    /// <param name="Worst">Microseconds.</param>
    /// <param name="Cpu">Of the server, in milliseconds a second.</param>
    sealed record Turn(double P99, double Worst, double Cpu);
}
