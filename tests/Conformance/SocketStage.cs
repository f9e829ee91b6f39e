using System.Diagnostics;
using System.Globalization;

namespace Xen.Conformance;

/// <summary>A daemon process in a folder of its own; guests are files in that folder (tests/Peers/README.md).</summary>
sealed class SocketStage : IStage
{
    const uint Port = 1;
    const uint VirqDomExc = 0xffff0000;
    static readonly TimeSpan _patience = TimeSpan.FromSeconds(30);
    static int _count;

    readonly string _folder;
    readonly string _socket;
    readonly Process _process;
    readonly List<IClient> _clients = [];
    readonly Dictionary<int, RingClient> _guests = [];
    FileStream? _events;
    IClient? _control;

    public SocketStage(Target target)
    {
        _folder = Path.Combine(Path.GetTempPath(), $"xs-{Environment.ProcessId}-{Interlocked.Increment(ref _count)}");
        var command = target.Command(_folder);
        Directory.CreateDirectory(_folder);
        _socket = command[0];
        // The shell only turns the daemon's output into a file; the process stays the same.
        var start = new ProcessStartInfo("/bin/sh", ["-c", "exec \"$@\" </dev/null >\"$0\" 2>&1", Path.Combine(_folder, "log"), .. command[1..]]);
        start.WorkingDirectory = _folder;
        _process = Process.Start(start)!;
        try
        {
            WaitForSocket();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public string? Fault => _process.HasExited ? $"the daemon ended with status {_process.ExitCode}: {Log()}" : null;

    public IClient Connect(string who)
    {
        if (GuestNumber(who) is not { } domid)
        {
            var client = new SocketClient(_socket);
            _clients.Add(client);
            return client;
        }
        if (domid != 0 && !_guests.ContainsKey(domid))
        {
            Introduce(domid);
        }
        return _guests.TryGetValue(domid, out var guest) ? guest : Open(domid);
    }

    public void Introduce(int domid)
    {
        var ring = InShim($"ring.{domid}");
        using (var page = new FileStream(ring, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite))
        {
            page.Write(new byte[RingClient.PageSize]);
        }
        _control ??= Connect("control");
        var payload = Wire.Bytes($"{domid}\0{"1\0"}{Port}\0");
        _control.Send([.. Wire.Header(Wire.Introduce, 0, 0, (uint)payload.Length), .. payload]);
        var reply = _control.Receive(_patience);
        if (reply is null or { IsError: true })
        {
            throw new InvalidOperationException($"INTRODUCE {domid} was answered by {reply?.ToString() ?? "nothing"}");
        }
        if (_guests.TryGetValue(domid, out var guest))
        {
            guest.Reset();
        }
        else
        {
            Open(domid);
        }
    }

    public void Change(int domid, DomainState state)
    {
        foreach (var (name, wanted) in new[] { ("dead", DomainState.Dead), ("shutdown", DomainState.ShutDown) })
        {
            var file = InShim($"{name}.{domid}");
            if (state == wanted)
            {
                File.WriteAllText(file, "");
            }
            else
            {
                File.Delete(file);
            }
        }
        if (state != DomainState.Lives)
        {
            Raise(VirqDomExc);
        }
    }

    RingClient Open(int domid)
    {
        for (var i = 0; i < 15_000 && !File.Exists(InShim($"guest.{domid}")); i++)
        {
            Thread.Sleep(2);
        }
        var guest = new RingClient(InShim($"ring.{domid}"), InShim($"guest.{domid}"), () => Raise((uint)domid << 16 | Port));
        _guests.Add(domid, guest);
        return guest;
    }

    void Raise(uint value)
    {
        _events ??= new FileStream(InShim("evtchn"), FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, 0);
        _events.Write(BitConverter.GetBytes(value));
    }

    static int? GuestNumber(string who) =>
        who[0] == 'd' && int.TryParse(who.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var domid) ? domid : null;

    string InShim(string name) => Path.Combine(_folder, "shim", name);

    void WaitForSocket()
    {
        var watch = Stopwatch.StartNew();
        while (!File.Exists(_socket) || !Directory.Exists(InShim("")))
        {
            if (_process.HasExited || watch.Elapsed > _patience)
            {
                throw new InvalidOperationException($"The daemon does not start: {Log()}");
            }
            Thread.Sleep(2);
        }
    }

    string Log()
    {
        var file = Path.Combine(_folder, "log");
        return File.Exists(file) ? string.Join(" / ", File.ReadLines(file).TakeLast(5)) : "";
    }

    public void Dispose()
    {
        _guests.Values.ToList().ForEach(guest => guest.Dispose());
        _clients.ForEach(client => client.Dispose());
        _events?.Dispose();
        if (!_process.HasExited)
        {
            _process.Kill();
        }
        _process.WaitForExit();
        _process.Dispose();
        Directory.Delete(_folder, true);
    }
}
