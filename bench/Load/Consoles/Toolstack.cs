using System.Globalization;
using System.Text;
using Xen.Support;

namespace Load.Consoles;

/// <summary>Makes guests as libxl does: their keys, their INTRODUCE, and the wait for their console's tty.</summary>
sealed class Toolstack(Stage stage) : IDisposable
{
    const int StorePort = 1, ConsolePort = 2, Patience = 60;
    readonly Client requests = stage.Daemon.Connect(Patience);
    readonly Client events = stage.Daemon.Connect(Patience);

    /// <summary>A guest whose console is served.</summary>
    public ConsoleGuest Start(int domid) => Start(domid, 1)[0];

    /// <summary>So many guests from this domid on whose consoles are served.</summary>
    public ConsoleGuest[] Start(int first, int count)
    {
        var guests = Prepare(first, count);
        Introduce(guests);
        return guests;
    }

    /// <summary>All that is done before the daemon hears of a guest; the tty is watched too.</summary>
    public ConsoleGuest[] Prepare(int first, int count)
    {
        var guests = new ConsoleGuest[count];
        for (int i = 0; i < count; i++)
        {
            var guest = guests[i] = new(stage.Daemon.Shim, first + i, ConsolePort);
            requests.Write($"/local/domain/{guest.Domid}/name", guest.Name);
            string console = $"/local/domain/{guest.Domid}/console";
            requests.Write($"{console}/tty", ""); // before what makes it a console: the daemon may have heard of the domain already
            requests.Write($"{console}/ring-ref", "1");
            requests.Write($"{console}/port", ConsolePort.ToString(CultureInfo.InvariantCulture));
            requests.Write($"{console}/type", "xenconsoled");
            requests.Write($"{console}/limit", "1048576");
            requests.Write($"{console}/output", "pty");
            StoreGuest.Prepare(stage.StoreDomains, guest.Domid);
            events.Call(Wire.Watch, 0, Wire.Payload($"{console}/tty", i.ToString(CultureInfo.InvariantCulture)));
            if (events.Next().Type != Wire.WatchEvent) // the one that each watch begins with
                throw new InvalidOperationException("no watch event");
        }
        return guests;
    }

    /// <summary>Introduces guests that were prepared, all at once, and waits for their ttys.</summary>
    public void Introduce(ConsoleGuest[] guests)
    {
        foreach (var guest in guests)
            Guest.Introduce(requests, guest.Domid, StorePort);
        for (int missing = guests.Length; missing > 0;)
        {
            string path = events.Next().Text.Split('\0')[0];
            int domid = int.Parse(path.Split('/')[3], CultureInfo.InvariantCulture);
            if (Array.Find(guests, g => g.Domid == domid) is not { Tty: "" } guest)
                continue;
            guest.Tty = requests.Call(Wire.Read, 0, Encoding.UTF8.GetBytes(path + '\0')).Text;
            if (guest.Tty.Length > 0)
                missing--;
        }
    }

    public void Dispose()
    {
        requests.Dispose();
        events.Dispose();
    }
}
