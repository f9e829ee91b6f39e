using System.Text;

namespace Load.Scenarios;

/// <summary>Lists a directory of 10,000 children by DIRECTORY_PART.</summary>
static class Listing
{
    const string Top = "/bench/list";

    public static void Run(Server server, Output output)
    {
        using var client = server.Connect();
        var forest = new Forest(Top, 10_000);
        int children = server.Scaled(forest.Count);
        if (forest.Plant(client, children, 60) < children)
            throw new TimeoutException("the directory could not be made in time");
        if (client.Try(Wire.DirectoryPart, 0, Wire.Payload(Top, "0")).IsError)
            return;             // a server without it
        List(client, children);
        int listings = 0;
        long start = Clock.Now;
        long until = start + 1_500_000_000;
        for (; Clock.Now < until; listings++)
            List(client, children);
        output.Tell("rate", listings / ((Clock.Now - start) / 1e9));
    }

    /// <summary>One listing: a reply is the generation, then whole names; an empty name ends the list.</summary>
    static void List(Client client, int children)
    {
        Span<byte> request = stackalloc byte[64];
        int seen = 0;
        for (int offset = 0, ended = 0; ended == 0;)
        {
            int length = Encoding.UTF8.GetBytes(Top, request);
            request[length++] = 0;
            _ = offset.TryFormat(request[length..], out int digits, provider: null);
            length += digits;
            request[length++] = 0;
            var names = client.Call(Wire.DirectoryPart, 0, request[..length]).Payload;
            names = names[(names.IndexOf((byte)0) + 1)..];
            if (names.EndsWith("\0\0"u8) || names is [0])
            {
                ended = 1;
                names = names[..^1];
            }
            seen += names.Count((byte)0);
            offset += names.Length;
        }
        if (seen != children)
            throw new InvalidOperationException($"{seen} of {children} children listed");
    }
}
