using System.Net.Sockets;
using Xen.Protocol.Wire;
using XenStored.Tests.Support;

namespace XenStored.Tests.Streams;

/// <summary>
/// A real C xenstored or oxenstored (tests/Peers), and what it does in a live update: it becomes a script of the test.
/// </summary>
sealed class LiveUpdate : IDisposable
{
    readonly StoreProcess store;
    readonly TempFolder folder = new();
    readonly List<Socket> clients = [];
    readonly List<StoreGuest> guests = [];

    internal LiveUpdate(string kind) => store = new(kind);

    /// <summary>A file of the test.</summary>
    internal string File(string name) => folder.File(name);

    /// <summary>Where the store puts its dump.</summary>
    internal string InRunFolder(string name) => Path.Combine(Path.GetDirectoryName(store.Socket)!, name);

    /// <summary>The daemon of C as Debian has it.</summary>
    internal static string Program(string name) => Checkout.Path($"tests/Peers/cache/deb/usr/lib/xen-4.17/bin/{name}");

    internal Socket Connect()
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { ReceiveTimeout = LimitMs };
        socket.Connect(new UnixDomainSocketEndPoint(store.Socket));
        clients.Add(socket);
        return socket;
    }

    /// <summary>A guest that was introduced; the folder of the hypervisor is beside C's socket and above oxenstored's.</summary>
    internal StoreGuest Introduce(Socket toolstack, ushort domid)
    {
        string shim = Directory.Exists(InRunFolder("shim")) ? InRunFolder("shim") : InRunFolder("..");
        StoreGuest.Prepare(shim, domid);
        var guest = new StoreGuest(shim, domid, port: 1);
        guests.Add(guest);
        Assert.Equal("OK", StoreDaemon.Ask(toolstack, MessageType.Introduce, $"{domid}\0001\0001\0"));
        return guest;
    }

    /// <summary>Makes the script that the daemon becomes. What oxenstored tries first, whether it can be started, it can.</summary>
    internal string Script(string lines)
    {
        string script = File("next");
        System.IO.File.WriteAllText(script, $"""
            #!/bin/sh
            case "$*" in *--help*) exit 0 ;; esac
            printf '%s\n' "$@" >{File("words")}
            ls -l /proc/$$/fd >{File("descriptors")}
            {lines}
            """);
        System.IO.File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return script;
    }

    /// <summary>Has the daemon become a script that does nothing but keep its dump.</summary>
    internal byte[] Dump(string name)
    {
        using var update = Begin(Script($"cp {InRunFolder(name)} {File("part")}\nmv {File("part")} {File("dump")}\nexec sleep 600"));
        Until(() => System.IO.File.Exists(File("dump")), "there is no dump");
        update.Kill();
        return System.IO.File.ReadAllBytes(File("dump"));
    }

    /// <summary>Starts Xen's own program for a live update.</summary>
    internal DaemonProcess Begin(string next) => new(Programs.Describe(Program("xenstore-control"), ["live-update", next],
    [
        new("XENSTORED_PATH", store.Socket),
        new("LD_LIBRARY_PATH", Checkout.Path("tests/Peers/cache/deb/usr/lib/x86_64-linux-gnu")),
    ]));

    /// <summary>What C xenstored has said.</summary>
    internal string Said => System.IO.File.ReadAllText(InRunFolder("log"));

    internal string[] Words => System.IO.File.ReadAllLines(File("words"));

    public void Dispose()
    {
        clients.ForEach(client => client.Dispose());
        guests.ForEach(guest => guest.Dispose());
        store.Dispose();
        folder.Dispose();
    }
}
