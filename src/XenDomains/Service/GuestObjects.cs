using Tmds.DBus.Protocol;
using Xen.Bus;
using Xen.Linux.Files;
using XenDomains.Execution;
using XenDomains.Facts;
using XenDomains.Reports;
using XenDomains.Toolstack;

namespace XenDomains.Service;

/// <summary>
/// The guests on the bus, each an object, and the signals of their changes. It looks at the domains when the store reports that one came or
/// went, when a caller asks, and after the service's own operations.
/// </summary>
sealed class GuestObjects(StartStop guests, BusLink bus, Polkit polkit) : IDisposable
{
    const string Manager = DomainsObject.ManagerName;
    static readonly TimeSpan LookAgain = TimeSpan.FromMinutes(5), Pause = TimeSpan.FromSeconds(2);

    readonly SemaphoreSlim looking = new(1);
    readonly Lock gate = new();
    readonly Dictionary<string, GuestObject> objects = new(StringComparer.Ordinal);
    DBusConnection? served;

    /// <summary>All guests of the last look.</summary>
    internal IReadOnlyList<GuestObject> All
    {
        get
        {
            lock (gate)
                return [.. objects.Values];
        }
    }

    public void Dispose() => looking.Dispose();

    /// <summary>Serves the guests on a new connection.</summary>
    internal void ServeOn(DBusConnection connection)
    {
        lock (gate)
        {
            connection.AddMethodHandlers([.. objects.Values]);
            served = connection;
        }
    }

    /// <summary>Looks at the host, and signals what has changed.</summary>
    /// <param name="isWhole">Look at the configurations as well as the domains.</param>
    /// <exception cref="ToolstackException">The toolstack does not work.</exception>
    /// <exception cref="IOException">The folder of configurations or of images cannot be read.</exception>
    internal async Task<HostFacts> LookAsync(bool isWhole)
    {
        await looking.WaitAsync().ConfigureAwait(false); // an older look must not undo a newer one
        try
        {
            var facts = await (isWhole ? guests.LookAsync() : guests.LookAtDomainsAsync()).ConfigureAwait(false);
            Take(GuestState.Of(facts));
            return facts;
        }
        finally
        {
            looking.Release();
        }
    }

    /// <summary>Follows the domains until a connection to the bus ends.</summary>
    internal async Task FollowAsync(DBusConnection connection)
    {
        var gone = connection.DisconnectedAsync();
        while (!gone.IsCompleted)
        {
            var change = guests.Toolstack.ChangedAsync(LookAgain); // before the look, so that no later change is missed
            await LookQuietlyAsync().ConfigureAwait(false);
            await Task.WhenAny(gone, Task.WhenAll(change, Task.Delay(Pause))).ConfigureAwait(false);
        }
    }

    /// <summary>Looks at the domains. It ignores a failure: the callers that need the answer report it.</summary>
    internal async Task LookQuietlyAsync()
    {
        if (!guests.WasLookedAt)
            return; // the start looks at all configurations first, and that is not done twice
        try
        {
            await LookAsync(isWhole: false).ConfigureAwait(false);
        }
        catch (Exception e) when (FileFault.Is(e) || e is ToolstackException or ObjectDisposedException)
        {
            // The state of the last look stays.
        }
    }

    void Take(IReadOnlyList<GuestState> now)
    {
        lock (gate)
        {
            // A dying domain may have the name of its successor.
            var named = now.GroupBy(guest => guest.Name, StringComparer.Ordinal)
                .Select(same => same.FirstOrDefault(guest => guest.State != "dying") ?? same.First())
                .ToDictionary(guest => guest.Name, StringComparer.Ordinal);
            foreach (string name in objects.Keys.Where(name => !named.ContainsKey(name)).ToList())
                Remove(name);
            foreach (var guest in named.Values)
                if (!objects.TryGetValue(guest.Name, out var known))
                    Add(guest);
                else if (known.Update(guest) is { Count: > 0 } changed)
                    bus.Send(connection => known.Interface.PropertiesChanged(connection, known.Path, changed));
        }
    }

    void Add(GuestState guest)
    {
        var added = new GuestObject(guest, polkit);
        objects.Add(guest.Name, added);
        served?.AddMethodHandler(added);
        bus.Send(connection =>
        {
            var writer = connection.GetMessageWriter();
            writer.WriteSignalHeader(null, DomainsObject.ObjectPath, Manager, "InterfacesAdded", "oa{sa{sv}}");
            WriteWithInterfaces(ref writer, added);
            return Finished(ref writer);
        });
    }

    void Remove(string name)
    {
        objects.Remove(name, out var removed);
        served?.RemoveMethodHandler(removed!.Path);
        bus.Send(connection =>
        {
            var writer = connection.GetMessageWriter();
            writer.WriteSignalHeader(null, DomainsObject.ObjectPath, Manager, "InterfacesRemoved", "oas");
            writer.WriteObjectPath(removed!.Path);
            writer.WriteArray((string[])[GuestObject.InterfaceName]);
            return Finished(ref writer);
        });
    }

    /// <summary>Writes an object's path and its interfaces with their properties.</summary>
    internal static void WriteWithInterfaces(ref MessageWriter writer, GuestObject guest)
    {
        writer.WriteObjectPath(guest.Path);
        var interfaces = writer.WriteDictionaryStart();
        writer.WriteDictionaryEntryStart();
        writer.WriteString(GuestObject.InterfaceName);
        guest.Interface.WriteProperties(ref writer);
        writer.WriteDictionaryEnd(interfaces);
    }

    static MessageBuffer Finished(ref MessageWriter writer)
    {
        var message = writer.CreateMessage();
        writer.Dispose();
        return message;
    }
}
