using System.Diagnostics;
using System.Text;
using Xen.Protocol.Wire;
using XenCommons.Tests.Metrics;

namespace XenCommons.Tests.Top;

/// <summary>
/// A host whose guest asks the store without an end, three reads of one path for each write of another, and says so on its console.
/// </summary>
sealed class BusyHost : IDisposable
{
    internal const string Hot = "data/hot", Written = "data/written";

    readonly SimulatedHost host;
    readonly StoreGuest guest;
    readonly Thread thread;
    volatile bool isOver;

    internal BusyHost(string name = "web")
    {
        host = new(name);
        guest = new(host.File("store-hv"), SimulatedHost.Domid, 9, limitMs: 100);
        thread = new(Work) { IsBackground = true };
        thread.Start();
    }

    /// <summary>`xencommons top` with these words, as the tests of this host run it.</summary>
    internal ProcessStartInfo Top(params string[] words) => host.Describe("xencommons",
        ["top", "--interval=1", "--programs=" + host.File("programs"), "--hypervisor=simulated:" + host.HypervisorFolder, .. words]);

    /// <summary>xenconsoled does not answer any more, and its command does not end by itself.</summary>
    internal void ConsolesHang() =>
        File.WriteAllText(host.File("programs/xenconsoled"), "#!/bin/sh\ntrap '' TERM\nwhile :; do sleep 1; done\n");

    internal void DaemonsEnd() => host.DaemonsEnd();

    /// <summary>The store is there again, with what it had.</summary>
    internal void StoreComesBack() => host.StartStore("simulated:" + host.File("store-hv"));

    public void Dispose()
    {
        isOver = true;
        thread.Join();
        guest.Dispose();
        host.Dispose();
    }

    // The home is domain 0's: what the guest writes is refused, and counted as a write all the same.
    void Work()
    {
        for (int round = 0; !isOver; round++)
            try
            {
                Ask(round % 4 == 3 ? MessageType.Write : MessageType.Read, round % 4 == 3 ? Written + "\0v" : Hot + "\0");
                if (round % 50 == 0)
                    host.GuestSays("busy\n");
                Thread.Sleep(1);
            }
            catch (TimeoutException)
            {
                // The store is away, or the answer is late. The next request finds out.
            }
    }

    void Ask(MessageType type, string payload)
    {
        byte[] message = new byte[MessageHeader.Size + payload.Length];
        new MessageHeader(type, 0, 0, (uint)payload.Length).Write(message);
        Encoding.ASCII.GetBytes(payload, message.AsSpan(MessageHeader.Size));
        guest.Send(message);
        byte[] header = new byte[MessageHeader.Size];
        guest.Receive(header);
        guest.Receive(new byte[MessageHeader.Read(header).Length]);
    }
}
