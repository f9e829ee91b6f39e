using System.Diagnostics;
using System.Net.Sockets;
using System.Text;

namespace Xen.Support;

/// <summary>A daemon under test. What it says on standard error is kept; it is killed at the latest when this is disposed.</summary>
public class DaemonProcess : IDisposable
{
    readonly StringBuilder said = new();
    bool isDisposed;

    /// <summary>Starts it; it may not be ready yet.</summary>
    public DaemonProcess(ProcessStartInfo start)
    {
        Process = Process.Start(start)!;
        Process.StandardInput.Close();
        Process.ErrorDataReceived += (_, line) =>
        {
            lock (said)
                said.Append(line.Data).Append('\n');
        };
        Process.BeginErrorReadLine();
    }

    /// <summary>The process itself.</summary>
    public Process Process { get; }

    /// <summary>Its pid.</summary>
    public int Id => Process.Id;

    /// <summary>What it has said so far: its lines come through a pipe, after what it did.</summary>
    public string Said
    {
        get
        {
            lock (said)
                return said.ToString();
        }
    }

    /// <summary>Waits until it has said something.</summary>
    public void Says(string text) => Wait.Until(() => HasSaid(text), () => NotSaid(text));

    /// <summary>Waits until it has said something, or has ended.</summary>
    public Task SaysOrEndsAsync(string text) => Wait.UntilAsync(() => HasSaid(text) || Process.HasExited, () => NotSaid(text));

    /// <summary>Waits until a daemon listens at a socket's path, or this one has ended.</summary>
    public void ServesOrEnds(string socket) =>
        Wait.Until(() => Answers(socket) || Process.HasExited, () => $"it does not listen on {socket}\n{Said}");

    /// <summary>Sends a signal, by its name without SIG.</summary>
    public void Signal(string name) => Programs.Signal(Id, name);

    /// <summary>Sends a signal that ends it, and waits for that.</summary>
    /// <returns>Its status.</returns>
    public int Ends(string signal)
    {
        Signal(signal);
        if (!Process.WaitForExit(Wait.LimitMs))
            throw new TimeoutException($"SIG{signal} does not end it\n{Said}");
        Process.WaitForExit(); // for its last lines, too
        return Process.ExitCode;
    }

    /// <summary>Kills it, and waits until it is gone.</summary>
    public void Kill()
    {
        Process.Kill();
        Process.WaitForExit();
    }

    /// <summary>Kills it if it has not ended.</summary>
    public void Dispose()
    {
        if (isDisposed)
            return;
        isDisposed = true;
        if (!Process.HasExited)
            Kill();
        Process.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Whether somebody listens at a socket's path: its name is there a moment before.</summary>
    public static bool Answers(string path)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
            return true;
        }
        catch (SocketException)
        {
            return false; // not yet, or no more
        }
    }

    bool HasSaid(string text) => Said.Contains(text, StringComparison.Ordinal);

    string NotSaid(string text) => $"it does not say: {text}\n{Said}";
}
