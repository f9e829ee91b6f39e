using System.Net.Sockets;
using Xen.Protocol.Wire;
using XenStored.Tests.Handover;
using XenStored.Tests.Support;

namespace XenStored.Tests.Readers;

/// <summary>A store with a read-only socket for the user of this test, and the nodes that its rules are told by.</summary>
public abstract class ReaderStage : SwapStage
{
    /// <summary>The options that open the socket to this user.</summary>
    protected static string[] Open { get; } = ["--reader-user", OwnUser.Uid, "--reader-sees", "/named"];

    protected string ReaderSocket => Stage.Socket + "_ro";

    /// <summary>Starts it, and makes the nodes.</summary>
    protected DaemonProcess StartOpen(params string[] more)
    {
        var store = Start(Ours, [.. Open, .. more]);
        Wait.Until(() => DaemonProcess.Answers(ReaderSocket), () => $"nobody listens for readers\n{store.Said}");
        foreach (string node in (string[])["/public\0old", "/named\0name", "/secret\0password"])
            Assert.Equal("OK", Ask(MessageType.Write, node));
        Assert.Equal("OK", Ask(MessageType.SetPerms, "/public\0r0\0"));
        return store;
    }

    protected Socket ConnectReader()
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { ReceiveTimeout = Wait.LimitMs };
        socket.Connect(new UnixDomainSocketEndPoint(ReaderSocket));
        return socket;
    }

    /// <summary>It is still a reader, and no more than that.</summary>
    protected static void MayOnlyRead(Socket reader)
    {
        Assert.Equal("name", StoreDaemon.Ask(reader, MessageType.Read, "/named\0"));
        Assert.Equal("EACCES", StoreDaemon.Ask(reader, MessageType.Read, "/secret\0"));
        Assert.Equal("EROFS", StoreDaemon.Ask(reader, MessageType.Write, "/public\0mine"));
        Assert.Equal("EROFS", StoreDaemon.Ask(reader, MessageType.Control, "status\0"));
    }

    /// <summary>Whether its connection has ended.</summary>
    protected static bool IsClosed(Socket reader)
    {
        try
        {
            return reader.Receive(new byte[1]) == 0;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
        {
            return true; // it had sent something that nobody read
        }
    }
}
