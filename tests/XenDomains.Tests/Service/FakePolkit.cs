using Tmds.DBus.Protocol;
using Xen.Bus;
using Xen.Tests;

namespace XenDomains.Tests.Service;

/// <summary>A polkit on a bus of the test's own.</summary>
sealed class FakePolkit : ServedObject, IDisposable
{
    const string Service = "org.freedesktop.PolicyKit1";

    readonly DBusConnection connection;

    FakePolkit(DBusConnection connection) : base("/org/freedesktop/PolicyKit1/Authority")
    {
        this.connection = connection;
        var methods = new Dictionary<string, ServedMethod> { ["CheckAuthorization"] = new("(sa{sv})sa{ss}us", CheckAsync) };
        Interfaces = [new(Service + ".Authority", "", methods, new Dictionary<string, Func<VariantValue>>())];
    }

    public override IReadOnlyList<ServedInterface> Interfaces { get; }

    /// <summary>It lets everybody do actions that begin so; null: none.</summary>
    internal string? Lets { get; set; }

    internal static async Task<FakePolkit> ServeAsync(PrivateBus bus)
    {
        var polkit = new FakePolkit(await bus.ConnectAsync());
        polkit.connection.AddMethodHandler(polkit);
        await polkit.connection.RequestNameAsync(Service, RequestNameOptions.None);
        await Task.Yield(); // off the thread that reads from the bus: tests wait where they stand
        return polkit;
    }

    public void Dispose() => connection.Dispose();

    Task CheckAsync(MethodContext context)
    {
        var reader = context.Request.GetBodyReader();
        reader.AlignStruct();
        string kind = reader.ReadString(), name = reader.ReadDictionaryOfStringToVariantValue()["name"].GetString();
        string action = reader.ReadString();
        using var writer = context.CreateReplyWriter("(bba{ss})");
        writer.WriteStructureStart();
        writer.WriteBool(kind == "system-bus-name" && name.StartsWith(':') && Lets is not null
            && action.StartsWith(Lets, StringComparison.Ordinal));
        writer.WriteBool(false);
        writer.WriteDictionaryEnd(writer.WriteDictionaryStart());
        context.Reply(writer.CreateMessage());
        return Task.CompletedTask;
    }
}
