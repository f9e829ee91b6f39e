using System.Text;
using Xen.Protocol.Wire;
using XenStored.Tests.Wire;

namespace XenStored.Tests.Deaths;

/// <summary>
/// Guests use their rings without a pause while the daemon is killed again and again. Each guest knows every byte that it has to get: for
/// each write the event of its own watch and then the OK, and for each read the value that it wrote last.
/// </summary>
public sealed class KilledDaemonTests : IDisposable
{
    const int Guests = 4, Kills = 60;

    readonly DaemonStage stage = new();
    readonly int seed = Environment.GetEnvironmentVariable("KILL_SEED") is { } text
        ? int.Parse(text, System.Globalization.CultureInfo.InvariantCulture)
        : Random.Shared.Next();
    bool isOver;

    public void Dispose()
    {
        stage.Dispose();
    }

    [Fact]
    public async Task Killed_sixty_times_guests_on_their_rings_notice_nothing()
    {
        string hypervisor = Directory.CreateDirectory(stage.HypervisorFolder).FullName;
        for (ushort domid = 1; domid <= Guests; domid++)
            StoreGuest.Prepare(hypervisor, domid);
        var daemon = stage.StartStore($"simulated:{hypervisor}");
        for (int domid = 1; domid <= Guests; domid++)
            Assert.Equal("OK", Introduce(domid));
        var playing = Enumerable.Range(1, Guests)
            .Select(domid => Task.Factory.StartNew(() => Play(hypervisor, (ushort)domid), TaskCreationOptions.LongRunning)).ToArray();
        var random = new Random(seed);
        for (int kill = 0; kill < Kills && !playing.Any(guest => guest.IsCompleted); kill++)
        {
            await Task.Delay(random.Next(40));
            daemon.Kill();
            daemon = stage.StartStore($"simulated:{hypervisor}");
        }
        Volatile.Write(ref isOver, true);
        int[] requests = await Task.WhenAll(playing);
        Assert.All(requests, count => Assert.True(count > Kills, $"{count} requests, seed {seed}"));
        Assert.DoesNotContain("begins anew", stage.Said, StringComparison.Ordinal);
    }

    string Introduce(int domid)
    {
        using var socket = new System.Net.Sockets.Socket(
            System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Unspecified);
        socket.Connect(new System.Net.Sockets.UnixDomainSocketEndPoint(stage.Socket));
        Support.StoreDaemon.Ask(socket, MessageType.Mkdir, $"/local/domain/{domid}\0");
        Support.StoreDaemon.Ask(socket, MessageType.SetPerms, $"/local/domain/{domid}\0n{domid}\0");
        return Support.StoreDaemon.Ask(socket, MessageType.Introduce, $"{domid}\01\0{5}\0");
    }

    // Returns the number of requests.
    int Play(string hypervisor, ushort domid)
    {
        using var guest = new StoreGuest(hypervisor, domid, port: 5);
        uint number = 0;
        var random = new Random(seed + domid);
        Assert.Equal("OK", Ask(guest, ++number, MessageType.Watch, "w\0token\0"));
        Assert.Equal("< w token", Next(guest, out _));
        while (!Volatile.Read(ref isOver))
        {
            string name = $"w/{number % 50}", value = $"{number}" + new string('v', random.Next(1800));
            guest.Send(SplitTests.Message(MessageType.Write, ++number, $"{name}\0{value}"));
            Assert.Equal($"< {name} token", Next(guest, out _));
            Assert.Equal("OK", Next(guest, out uint answered));
            Assert.Equal(number, answered);
            Assert.Equal(value, Ask(guest, ++number, MessageType.Read, $"{name}\0"));
        }
        return (int)number;
    }

    static string Ask(StoreGuest guest, uint number, MessageType type, string payload)
    {
        guest.Send(SplitTests.Message(type, number, payload));
        string reply = Next(guest, out uint answered);
        Assert.Equal(number, answered);
        return reply;
    }

    static string Next(StoreGuest guest, out uint number)
    {
        byte[] bytes = new byte[MessageHeader.Size];
        guest.Receive(bytes);
        var header = MessageHeader.Read(bytes);
        byte[] payload = new byte[header.Length];
        guest.Receive(payload);
        number = header.RequestId;
        string text = Encoding.Latin1.GetString(payload).TrimEnd('\0').Replace('\0', ' ');
        return header.Type == MessageType.WatchEvent ? "< " + text : text;
    }
}
