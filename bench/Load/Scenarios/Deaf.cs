namespace Load.Scenarios;

/// <summary>
/// A watcher that never reads while another client writes 100,000 different nodes, each once: does the writer notice,
/// and does the server's memory grow without end? The server may close the deaf connection. A server that stops to answer
/// the writer has kept nothing of its rate.
/// </summary>
static class Deaf
{
    const string Top = "/bench/deaf";

    public static void Run(Server server, Output output)
    {
        var forest = new Forest(Top, 1000, 100);
        int wanted = server.Scaled(forest.Count);
        using var writer = server.Connect(2);
        int nodes = forest.Plant(writer, wanted, 15);

        var quiet = Write(writer, forest, Math.Max(10, nodes / 5), 5);
        long before = server.ResidentBytes();
        using var deaf = server.Connect();
        deaf.Send(Wire.Watch, 0, Wire.Payload(Top, "never"));
        var loud = Write(writer, forest, nodes, 20);

        output.Tell("rate", loud.Rate, loud.Count < wanted);
        output.Tell("written", loud.Count);
        output.Tell("kept", loud.Stuck ? 0 : loud.Rate / quiet.Rate, loud.Count < wanted);
        output.Tell("last", loud.Stuck ? 0 : loud.LastTenth / loud.FirstTenth, loud.Count < wanted);
        output.Tell("memory", (server.ResidentBytes() - before) / 1e6);
    }

    /// <summary>Writes the forest's first nodes one after the other, until time is up or no reply comes for 2 s.</summary>
    static Outcome Write(Client writer, Forest forest, int most, double seconds)
    {
        byte[] request = new byte[256];
        var times = new List<long>(most + 1) { Clock.Now };
        long until = Clock.After(seconds);
        bool stuck = false;
        for (int i = 0; i < most && times[^1] < until && !stuck; i++)
        {
            try
            {
                writer.SendRaw(request.AsSpan(0, forest.PutWrite(request, i)));
                if (writer.Next().IsError)
                    throw new InvalidOperationException("WRITE failed");
                times.Add(Clock.Now);
            }
            catch (TimeoutException)
            {
                stuck = true;
            }
        }
        return new(times, stuck);
    }

    sealed record Outcome(List<long> Times, bool Stuck)
    {
        public int Count => Times.Count - 1;
        public double Rate => RateBetween(0, Count);
        public double FirstTenth => RateBetween(0, Math.Max(1, Count / 10));
        public double LastTenth => RateBetween(Math.Min(Count - 1, Count * 9 / 10), Count);

        double RateBetween(int from, int to) => Count == 0 ? 0 : (to - from) / ((Times[to] - Times[from]) / 1e9);
    }
}
