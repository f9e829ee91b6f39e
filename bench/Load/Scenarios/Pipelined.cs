namespace Load.Scenarios;

/// <summary>One client with 64 requests outstanding.</summary>
static class Pipelined
{
    public static void Read(Server server, Output output) =>
        Run(server, output, Synchronous.ReadRequest(Synchronous.Node));

    public static void Write(Server server, Output output) =>
        Run(server, output, Wire.WriteRequest(Synchronous.Node, Synchronous.TenBytes));

    static void Run(Server server, Output output, byte[] request)
    {
        using var client = server.Connect();
        client.Write(Synchronous.Node, Synchronous.TenBytes);
        new Pipeline(client, 64, server.Scaled(10_000), Put).Run(Clock.After(0.5));
        var pipeline = new Pipeline(client, 64, server.Scaled(2_000_000), Put);
        var cpu = server.CpuMicroseconds();
        var start = Clock.Now;
        pipeline.Run(start + 1_500_000_000);
        output.Tell("rate", pipeline.Done / ((Clock.Now - start) / 1e9));
        output.Tell("cpu", (server.CpuMicroseconds() - cpu) / pipeline.Done);

        int Put(Span<byte> to, int index)
        {
            request.CopyTo(to);
            return request.Length;
        }
    }
}

/// <summary>Lays request number <paramref name="index"/> out and returns its length.</summary>
delegate int PutRequest(Span<byte> to, int index);

/// <summary>Keeps up to <paramref name="window"/> requests of <paramref name="total"/> outstanding.</summary>
sealed class Pipeline(Client client, int window, int total, PutRequest put)
{
    const int Room = 256;       // of one request; the benchmark's are small
    readonly byte[] buffer = new byte[window * Room];
    int sent;

    public int Done { get; private set; }
    public bool Complete => Done == total;

    /// <summary>Sends until the window is full or everything is sent.</summary>
    public void Send()
    {
        var length = 0;
        for (; sent < total && sent - Done < window; sent++)
            length += put(buffer.AsSpan(length), sent);
        if (length > 0)
            client.SendRaw(buffer.AsSpan(0, length));
    }

    /// <summary>Takes the replies which one read gives.</summary>
    public void Receive()
    {
        client.Fill();
        while (client.TryNext(out var reply))
        {
            if (reply.IsError)
                throw new InvalidOperationException($"request {Done}: {reply.Text}");
            Done++;
        }
    }

    /// <summary>Runs until all is done, or time is up and nothing is outstanding any more.</summary>
    public void Run(long until)
    {
        while (!Complete)
        {
            if (Clock.Now < until)
                Send();
            else if (sent == Done)
                return;
            Receive();
        }
    }
}
