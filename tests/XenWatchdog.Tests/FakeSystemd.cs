using Tmds.DBus.Protocol;
using Xen.Bus;
using Xen.Tests;

namespace XenWatchdog.Tests;

/// <summary>A systemd on a bus of the test's own: its state, and which unit it was asked to restart.</summary>
sealed class FakeSystemd : ServedObject, IDisposable
{
    const string Service = "org.freedesktop.systemd1";

    readonly DBusConnection connection;
    volatile string? restarted;

    FakeSystemd(DBusConnection connection, string state) : base("/org/freedesktop/systemd1")
    {
        this.connection = connection;
        Interfaces = [new(Service + ".Manager", "", new Dictionary<string, ServedMethod> { ["RestartUnit"] = new("ss", RestartAsync) },
            new Dictionary<string, Func<VariantValue>> { ["SystemState"] = () => state })];
    }

    public override IReadOnlyList<ServedInterface> Interfaces { get; }

    /// <summary>The unit that was restarted last; null: none was.</summary>
    internal string? Restarted => restarted;

    internal static async Task<FakeSystemd> ServeAsync(PrivateBus bus, string state)
    {
        var systemd = new FakeSystemd(await bus.ConnectAsync(), state);
        systemd.connection.AddMethodHandler(systemd);
        await systemd.connection.RequestNameAsync(Service, RequestNameOptions.None);
        await Task.Yield(); // off the thread that reads from the bus: tests wait where they stand
        return systemd;
    }

    public void Dispose() => connection.Dispose();

    Task RestartAsync(MethodContext context)
    {
        restarted = context.Request.GetBodyReader().ReadString();
        using var writer = context.CreateReplyWriter("o");
        writer.WriteObjectPath("/org/freedesktop/systemd1/job/1");
        context.Reply(writer.CreateMessage());
        return Task.CompletedTask;
    }
}
