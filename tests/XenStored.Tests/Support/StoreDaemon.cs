using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using Xen.Protocol.Wire;
using XenStored.Tests.Wire;

namespace XenStored.Tests.Support;

/// <summary>Our daemon as a process with a socket of its own.</summary>
sealed class StoreDaemon : DaemonProcess
{
    internal StoreDaemon(TempFolder folder, params string[] options) : this(folder, [Checkout.Program("xenstored")], options)
    {
    }

    /// <param name="command">What starts it.</param>
    internal StoreDaemon(TempFolder folder, string[] command, string[] options) : base(Describe(folder, command, options))
    {
        Folder = folder;
        ServesOrEnds(folder.File("socket"));
    }

    internal TempFolder Folder { get; }

    internal static ProcessStartInfo Describe(TempFolder folder, string[] command, string[] options)
    {
        string[] words = [.. command[1..], "-N", "--pid-file", folder.File("pid"), "--hypervisor", "none", .. options];
        return Programs.Describe(command[0], words, [new("XENSTORED_PATH", folder.File("socket"))]);
    }

    /// <summary>Runs it to its end; answers status and what it printed.</summary>
    internal static (int Status, string Output, string Errors) Run(TempFolder folder, params string[] options) =>
        Programs.Run(Describe(folder, [Checkout.Program("xenstored")], options));

    internal Socket Connect() => Connect(Folder);

    internal static Socket Connect(TempFolder folder)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { ReceiveTimeout = LimitMs };
        socket.Connect(new UnixDomainSocketEndPoint(folder.File("socket")));
        return socket;
    }

    /// <summary>One request; answers the reply's text. Events that come before it are passed over.</summary>
    internal static string Ask(Socket socket, MessageType type, string payload)
    {
        socket.Send(SplitTests.Message(type, 1, payload));
        while (true)
        {
            var header = MessageHeader.Read(Receive(socket, MessageHeader.Size));
            string text = Encoding.Latin1.GetString(Receive(socket, (int)header.Length)).TrimEnd('\0');
            if (header.Type != MessageType.WatchEvent)
                return text;
        }
    }

    static byte[] Receive(Socket socket, int length)
    {
        byte[] bytes = new byte[length];
        for (int have = 0; have < length;)
            have += socket.Receive(bytes.AsSpan(have)) is > 0 and var got ? got : throw new IOException("closed");
        return bytes;
    }
}
