using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text;
using Xen.Protocol.Wire;
using XenStored.Options;
using XenStored.Tests.Wire;

namespace XenStored.Tests.Support;

/// <summary>Our daemon as a process with a socket of its own: the published executable, or the one just built.</summary>
sealed class StoreDaemon : IDisposable
{
    readonly StringBuilder log = new();

    internal StoreDaemon(TempFolder folder, params string[] options) : this(folder, [Binary()], options)
    {
    }

    /// <param name="command">What starts it.</param>
    internal StoreDaemon(TempFolder folder, string[] command, string[] options)
    {
        Folder = folder;
        Process = Start(folder, command, options);
        Process.ErrorDataReceived += (_, line) =>
        {
            lock (log)
                log.AppendLine(line.Data);
        };
        Process.BeginErrorReadLine();
        for (var waited = Stopwatch.StartNew(); !Serves() && !Process.HasExited && waited.ElapsedMilliseconds < 60_000;)
            Thread.Sleep(5);
    }

    internal TempFolder Folder { get; }
    internal Process Process { get; }

    internal string Log
    {
        get
        {
            lock (log)
                return log.ToString();
        }
    }

    internal static Process Start(TempFolder folder, params string[] options) => Start(folder, [Binary()], options);

    static Process Start(TempFolder folder, string[] command, string[] options)
    {
        string[] arguments = [.. command[1..], "-N", "--pid-file", folder.File("pid"), "--hypervisor", "none", .. options];
        var start = new ProcessStartInfo(command[0], arguments) { RedirectStandardError = true, RedirectStandardOutput = true };
        start.Environment["XENSTORED_PATH"] = folder.File("socket");
        start.Environment.Remove("JOURNAL_STREAM");
        return Process.Start(start)!;
    }

    /// <summary>Runs it to its end; answers status and what it printed.</summary>
    internal static (int Status, string Output, string Errors) Run(TempFolder folder, params string[] options)
    {
        using var process = Start(folder, options);
        var errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, errors.Result);
    }

    internal Socket Connect()
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { ReceiveTimeout = 60_000 };
        socket.Connect(new UnixDomainSocketEndPoint(Folder.File("socket")));
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

    internal void WaitForLog(string text)
    {
        for (var waited = Stopwatch.StartNew(); !Log.Contains(text, StringComparison.Ordinal); Thread.Sleep(10))
            Assert.True(waited.ElapsedMilliseconds < 60_000, $"the log does not say: {text}\n{Log}");
    }

    internal static string Binary([CallerFilePath] string here = "")
    {
        string root = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../.."));
        string published = Path.Combine(root, "out/bin/xenstored");
        return File.Exists(published) ? published : Path.Combine(Path.GetDirectoryName(typeof(StoreOptions).Assembly.Location)!, "xenstored");
    }

    public void Dispose()
    {
        if (!Process.HasExited)
            Process.Kill();
        Process.WaitForExit();
        Process.Dispose();
    }

    bool Serves()
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(Folder.File("socket")));
            return true;
        }
        catch (SocketException)
        {
            return false; // not yet
        }
    }

    static byte[] Receive(Socket socket, int length)
    {
        var bytes = new byte[length];
        for (int have = 0; have < length;)
            have += socket.Receive(bytes.AsSpan(have)) is > 0 and var got ? got : throw new IOException("closed");
        return bytes;
    }
}
