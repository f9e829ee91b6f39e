using System.Globalization;
using Xen.Support;

namespace Xen.Conformance;

/// <summary>A daemon process in a folder of its own; guests are files in that folder (tests/Peers/README.md).</summary>
sealed class SocketStage : IStage
{
    const uint Port = 1;
    const uint VirqDomExc = 0xffff0000;
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    readonly TempFolder folder = new();
    readonly string socket;
    readonly DaemonProcess daemon;
    readonly List<IClient> clients = [];
    readonly Dictionary<int, RingClient> guests = [];
    Fifo? events;
    IClient? control;

    internal SocketStage(Target target)
    {
        string[] command = target.Command(folder.Path);
        socket = command[0];
        // The shell only lets the daemon say all on standard error; the process stays the same.
        var start = Programs.Describe("/bin/sh", ["-c", "exec \"$0\" \"$@\" >&2", .. command[1..]]);
        start.WorkingDirectory = folder.Path;
        daemon = new(start);
        Wait.Until(() => File.Exists(socket) && Directory.Exists(InShim("")) || Fault is not null, "the daemon makes no socket");
    }

    public string? Fault => daemon.Process.HasExited
        ? $"the daemon ended with status {daemon.Process.ExitCode}: {daemon.Said.TrimEnd().Replace("\n", " / ")}"
        : null;

    public IClient Connect(string who)
    {
        if (GuestNumber(who) is not { } domid)
        {
            var client = new SocketClient(socket);
            clients.Add(client);
            return client;
        }
        if (domid != 0 && !guests.ContainsKey(domid))
            Introduce(domid);
        return guests.TryGetValue(domid, out var guest) ? guest : Open(domid);
    }

    public void Introduce(int domid)
    {
        string ring = InShim($"ring.{domid}");
        using (var page = new FileStream(ring, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite))
            page.Write(new byte[GuestEnd.PageSize]);
        control ??= Connect("control");
        byte[] payload = Wire.Bytes($"{domid}\0{"1\0"}{Port}\0");
        control.Send([.. Wire.Header(Wire.Introduce, 0, 0, (uint)payload.Length), .. payload]);
        var reply = control.Receive(Patience);
        if (reply is null or { IsError: true })
            throw new InvalidOperationException($"INTRODUCE {domid} was answered by {reply?.ToString() ?? "nothing"}");
        if (guests.TryGetValue(domid, out var guest))
            guest.Reset();
        else
            Open(domid);
    }

    public void Change(int domid, DomainState state)
    {
        foreach (var (name, wanted) in new[] { ("dead", DomainState.Dead), ("shutdown", DomainState.ShutDown) })
        {
            string file = InShim($"{name}.{domid}");
            if (state == wanted)
                File.WriteAllText(file, "");
            else
                File.Delete(file);
        }
        if (state == DomainState.Lives)
            return;
        events ??= new(InShim("evtchn"));
        events.Put(VirqDomExc);
        // The C daemon takes one event in each iteration, and those of guests may stand before this one.
        Wait.Until(() => events.IsEmpty || Fault is not null, "the daemon does not take its events");
    }

    RingClient Open(int domid)
    {
        Wait.Until(() => File.Exists(InShim($"guest.{domid}")), $"the daemon takes no notice of domain {domid}");
        var guest = new RingClient(InShim(""), domid, Port);
        guests.Add(domid, guest);
        return guest;
    }

    static int? GuestNumber(string who) =>
        who[0] == 'd' && int.TryParse(who.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out int domid) ? domid : null;

    string InShim(string name) => Path.Combine(folder.File("shim"), name);

    public void Dispose()
    {
        guests.Values.ToList().ForEach(guest => guest.Dispose());
        clients.ForEach(client => client.Dispose());
        events?.Dispose();
        daemon.Dispose();
        folder.Dispose();
    }
}
