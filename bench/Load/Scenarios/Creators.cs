namespace Load.Scenarios;

/// <summary>Eight clients, each in a loop: a transaction which creates a fresh child of one common parent.</summary>
static class Creators
{
    const int Clients = 8;
    const string Parent = "/bench/parent";

    public static void Run(Server server, Output output)
    {
        using var first = server.Connect();
        first.Write(Parent, "");
        var creators = Enumerable.Range(0, Clients).Select(i => new Creator(server.Connect(), i)).ToArray();
        var fds = creators.Select(c => new Native.PollFd { Fd = c.Client.Fd, Events = Native.POLLIN }).ToArray();
        long start = Clock.Now;
        long until = start + (long)(2e9 * server.Scale);
        foreach (var creator in creators)
            creator.Begin();
        // Each turn begins with another client: the first to send has an advantage, and it must not always be the same one.
        for (int turn = 0; Clock.Now < until; turn = (turn + 1) % Clients)
        {
            Native.Poll(fds, 1_000_000_000);
            for (int i = 0; i < Clients; i++)
            {
                int at = (turn + i) % Clients;
                if (fds[at].Returned != 0)
                    creators[at].Continue();
            }
        }
        double seconds = (Clock.Now - start) / 1e9;
        int commits = creators.Sum(c => c.Commits);
        int again = creators.Sum(c => c.Again);
        output.Tell("rate", commits / seconds);
        output.Tell("again", 100.0 * again / Math.Max(1, commits + again));
        output.Tell("fairness", (double)creators.Min(c => c.Commits) / Math.Max(1, creators.Max(c => c.Commits)));
        foreach (var creator in creators)
            creator.Client.Dispose();
    }

    /// <summary>One of them: START, MKDIR, END, and again with the same child when the server says EAGAIN.</summary>
    sealed class Creator(Client client, int number)
    {
        uint transaction;
        bool made;

        public Client Client { get; } = client;
        public int Commits { get; private set; }
        public int Again { get; private set; }

        public void Begin()
        {
            transaction = 0;
            made = false;
            Client.Send(Wire.TransactionStart, 0, "\0"u8);
        }

        public void Continue()
        {
            Client.Fill();
            while (Client.TryNext(out var reply))
            {
                if (transaction == 0)
                {
                    transaction = uint.Parse(reply.Text, provider: null);
                    Client.Send(Wire.MkDir, transaction, Wire.Payload($"{Parent}/c{number}-{Commits}"));
                }
                else if (!made)
                {
                    if (reply.IsError)
                        throw new InvalidOperationException($"MKDIR: {reply.Text}");
                    made = true;
                    Client.Send(Wire.TransactionEnd, transaction, "T\0"u8);
                }
                else
                {
                    if (!reply.IsError)
                        Commits++;
                    else if (reply.Text == "EAGAIN")
                        Again++;
                    else
                        throw new InvalidOperationException($"END: {reply.Text}");
                    Begin();
                }
            }
        }
    }
}
