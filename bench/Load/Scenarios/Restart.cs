namespace Load.Scenarios;

/// <summary>
/// The server is killed, and its keeper starts it again: from the kill to the reply to a request that a connected client sends right after
/// it, with 1,000, 100,000 and 1,000,000 nodes. Only a server that has a keeper can play this.
/// </summary>
static class Restart
{
    const int Kills = 5, Sigkill = 9;

    public static void Run(Server server, Output output)
    {
        int keeper = int.Parse(File.ReadAllText($"/proc/{server.Pid}/stat").Split(") ")[1].Split(' ')[1], provider: null);
        using var client = server.Connect();
        client.Write(Synchronous.Node, Synchronous.TenBytes);
        foreach (var (name, fanOuts) in (ReadOnlySpan<(string, int[])>)
            [("small", [10, 100]), ("medium", [100, 1000]), ("large", [100, 100, 100])])
        {
            var forest = new Forest("/bench/" + name, fanOuts);
            int wanted = server.Scaled(forest.Count);
            bool cut = forest.Plant(client, wanted, 30) < wanted;
            var times = new List<double>();
            for (int kill = 0; kill < Kills; kill++)
                times.Add(KillOnce(keeper, client));
            output.Tell(name, Median.Of(times) / 1e6, cut);
        }
    }

    static double KillOnce(int keeper, Client client)
    {
        int pid = int.Parse(File.ReadAllText($"/proc/{keeper}/task/{keeper}/children").Trim(), provider: null);
        long start = Clock.Now;
        if (Native.Kill(pid, Sigkill) < 0)
            throw Native.Failure("kill");
        client.SendRaw(Synchronous.ReadRequest(Synchronous.Node));
        if (client.Next().IsError)
            throw new InvalidOperationException("READ failed");
        return Clock.Now - start;
    }
}
