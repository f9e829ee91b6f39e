using System.Diagnostics;
using Tmds.DBus.Protocol;
using Xen.Bus;

namespace Xen.Tests;

/// <summary>A message bus of the test's own: the bus's real daemon at an address in a folder, and busctl as somebody else.</summary>
sealed class PrivateBus : IDisposable
{
    readonly TempFolder folder = new();
    Process? daemon;

    internal PrivateBus()
    {
        const UnixFileMode Others = UnixFileMode.OtherRead | UnixFileMode.OtherExecute;
        // Other users connect to this bus, too.
        File.SetUnixFileMode(folder.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | Others);
        string socket = folder.File("bus");
        File.WriteAllText(Settings, $"""
            <busconfig><type>session</type><listen>unix:path={socket}</listen>
            <policy context="default"><allow send_destination="*"/><allow receive_sender="*"/><allow own="*"/><allow user="*"/></policy>
            </busconfig>
            """);
        Address = "unix:path=" + socket;
        daemon = Begin();
    }

    internal string Address { get; }

    internal int Pid => daemon!.Id;

    string Settings => folder.File("conf");

    internal Task<DBusConnection> ConnectAsync() => SystemBus.ConnectAsync(Address);

    /// <summary>Ends the bus with all connections.</summary>
    internal void End()
    {
        daemon?.Kill();
        daemon?.WaitForExit();
        daemon?.Dispose();
        daemon = null;
    }

    /// <summary>Starts one anew at the same address.</summary>
    internal void StartAgain() => daemon = Begin();

    internal string Busctl(params string[] words)
    {
        var (_, printed, errors) = Programs.Run("busctl", ["--address=" + Address, "--no-pager", .. words]);
        return printed is "" ? errors : printed;
    }

    public void Dispose()
    {
        End();
        folder.Dispose();
    }

    Process Begin()
    {
        var start = new ProcessStartInfo("dbus-daemon", ["--nofork", "--print-address", "--config-file", Settings])
        {
            RedirectStandardOutput = true,
        };
        var begun = Process.Start(start)!;
        begun.StandardOutput.ReadLine();
        return begun;
    }
}
