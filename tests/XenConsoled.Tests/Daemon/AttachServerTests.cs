using System.Net.Sockets;
using System.Text;
using XenConsoled.Attach;
using XenConsoled.Consoles;
using XenConsoled.Core;
using XenConsoled.Following;
using XenConsoled.Tests.Support;

namespace XenConsoled.Tests.Daemon;

/// <summary>The daemon's own socket in this process, with a client that keeps to no rule of ours.</summary>
public sealed class AttachServerTests : OneGuest
{
    const int FarTooMuch = 8 << 20; // more than both buffers of a socket hold

    static readonly byte[] NotUnderstood = AttachFrame.Of(AttachFrameType.Request, "nonsense\0");

    long now = 1_000_000;

    // Found by a review: what such a client sent was kept without a limit, and without being looked at.
    [Fact]
    public async Task A_client_that_is_to_end_and_takes_nothing_is_not_read_any_more_and_ends_when_it_has_taken_all()
    {
        await using var store = new ConsoleStore(loop);
        var host = HostOf() with { Store = store };
        var consoles = new ConsoleTable(host);
        consoles.DomainsChanged();
        consoles.KeysCame(new(1, ConsoleKind.Pv), Keys);
        var console = consoles.All.Single();
        string path = Path.Combine(folder, "socket");
        using var server = new AttachServer(host, consoles, new ConsoleReport(loop, "simulated", consoles, null), path);
        using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        client.Connect(new UnixDomainSocketEndPoint(path));
        client.Blocking = false;
        client.Send(AttachFrame.Of(AttachFrameType.Request, new AttachRequest("one", false, ConsoleKind.Pv, false, 0, false).Words()));
        Iterate(() => console.Viewers == 1, "the client is not shown the console");
        WriteMoreThanItTakes(console);

        client.Send(NotUnderstood);
        Iterate(() => console.Viewers == 0, "the client is not refused");
        Assert.InRange(SentUntilFull(client), 0, FarTooMuch - 1);

        WriteMoreThanItTakes(console); // a guest that writes on does not keep it from ending
        Assert.Contains("not understood", Received(client), StringComparison.Ordinal);
        console.End();
    }

    // Until the socket is full, and the queue behind it.
    void WriteMoreThanItTakes(GuestConsole console)
    {
        for (int written = 0; written < 1 << 20; written += 2000)
        {
            guest.Output.Put(new byte[2000]);
            console.Turn(now += EventRate.Period, 0);
        }
    }

    int SentUntilFull(Socket client)
    {
        int sent = 0;
        while (sent < FarTooMuch)
        {
            int count = client.Send(new byte[4096], SocketFlags.None, out var error);
            if (error == SocketError.WouldBlock)
            {
                for (int i = 0; i < 100; i++)
                    loop.Iterate(mayWait: false, () => false);
                count = client.Send(new byte[4096], SocketFlags.None, out error);
                if (error == SocketError.WouldBlock)
                    break;
            }
            sent += count;
        }
        return sent;
    }

    // To the end of the connection.
    string Received(Socket client)
    {
        var text = new StringBuilder();
        byte[] bytes = new byte[65536];
        Iterate(() =>
        {
            int count = client.Receive(bytes, SocketFlags.None, out var error);
            text.Append(Encoding.Latin1.GetString(bytes, 0, count));
            return error == SocketError.ConnectionReset || error == SocketError.Success && count == 0;
        }, "the connection does not end");
        return text.ToString();
    }

    void Iterate(Func<bool> condition, string otherwise) => Until(() =>
    {
        loop.Iterate(mayWait: false, () => false);
        return condition();
    }, otherwise);
}
