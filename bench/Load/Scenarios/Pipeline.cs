namespace Load.Scenarios;

/// <summary>Keeps up to <paramref name="window"/> requests of <paramref name="total"/> outstanding.</summary>
sealed class Pipeline(Client client, int window, int total, PutRequest put)
{
    const int MostOfRequest = 256; // bytes; the benchmark's requests are small
    readonly byte[] buffer = new byte[window * MostOfRequest];
    int sent;

    public int Done { get; private set; }
    public bool Complete => Done == total;

    /// <summary>Sends until the window is full or everything is sent.</summary>
    public void Send()
    {
        int length = 0;
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
