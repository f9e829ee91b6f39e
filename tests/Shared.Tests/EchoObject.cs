using Tmds.DBus.Protocol;
using Xen.Bus;

namespace Xen.Tests;

/// <summary>An object that does on the bus what goes wrong there.</summary>
sealed class EchoObject : ServedObject
{
    internal const string Name = "org.example.Test", ObjectPath = "/org/example/Test";

    internal EchoObject() : base(ObjectPath)
    {
        Interface = new(Name, """
             <method name="Greet"><arg type="s" direction="out"/></method>
             <property name="Mood" type="s" access="read"/>
            """, new Dictionary<string, ServedMethod>
        {
            ["Greet"] = new("", context => Reply(context, "hello")),
            ["Take"] = new("h", context => Reply(context, "taken")),
            ["Refuse"] = new("", _ => throw new DBusErrorReplyException(BusError.AccessDenied, "not you")),
            ["Break"] = new("", _ => throw new InvalidOperationException("broken")),
            ["BreakLater"] = new("", async _ =>
            {
                await Task.Delay(1);
                throw new InvalidOperationException("broken later");
            }),
            ["Misread"] = new("", context => Reply(context, context.Request.GetBodyReader().ReadString())),
            ["Wait"] = new("", WaitAsync),
            ["Never"] = new("", _ => Task.Delay(Timeout.Infinite)),
        }, new Dictionary<string, Func<VariantValue>> { ["Mood"] = () => Mood, ["Age"] = () => 7u });
        Interfaces = [Interface];
    }

    internal ServedInterface Interface { get; }

    internal string Mood { get; set; } = "good";

    /// <summary>Calls of Wait that are inside. They are let go when there are two.</summary>
    internal CountdownEvent Inside { get; } = new(2);

    public override IReadOnlyList<ServedInterface> Interfaces { get; }

    /// <summary>Calls a method of it that has no arguments.</summary>
    internal static Task<string> CallAsync(DBusConnection connection, string member, TimeSpan? within = null) =>
        connection.CallAsync(connection.NewCall(Name, ObjectPath, Name, member),
            static (answer, _) => answer.GetBodyReader().ReadString(), within);

    async Task WaitAsync(MethodContext context)
    {
        Inside.Signal();
        await Task.Run(() => Inside.Wait(60_000)).ConfigureAwait(false);
        await Reply(context, Inside.IsSet ? "both" : "alone").ConfigureAwait(false);
    }

    static Task Reply(MethodContext context, string text)
    {
        using var writer = context.CreateReplyWriter("s");
        writer.WriteString(text);
        context.Reply(writer.CreateMessage());
        return Task.CompletedTask;
    }
}
