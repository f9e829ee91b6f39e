using Tmds.DBus.Protocol;
using Xen.Bus;

namespace Xen.Tests;

/// <summary>A logind on a bus of the test's own: it gives delays out, and tells what the test says.</summary>
sealed class FakeLogind : ServedObject, IDisposable
{
    internal const string Service = "org.freedesktop.login1", ObjectPath = "/org/freedesktop/login1", Manager = Service + ".Manager";

    readonly DBusConnection connection;
    readonly string file = System.IO.Path.GetTempFileName();
    int delays;

    FakeLogind(DBusConnection connection) : base(ObjectPath)
    {
        this.connection = connection;
        Interfaces = [new(Manager, "", new Dictionary<string, ServedMethod> { ["Inhibit"] = new("ssss", InhibitAsync) },
            new Dictionary<string, Func<VariantValue>> { ["PreparingForSleep"] = () => IsPreparingForSleep })];
    }

    public override IReadOnlyList<ServedInterface> Interfaces { get; }

    /// <summary>How often it was asked for a delay.</summary>
    internal int Delays => Volatile.Read(ref delays);

    internal bool IsPreparingForSleep { get; set; }

    /// <summary>Processes of this machine have a delay open: it is one file.</summary>
    internal string File => file;

    internal static async Task<FakeLogind> ServeAsync(PrivateBus bus)
    {
        var logind = new FakeLogind(await bus.ConnectAsync());
        logind.connection.AddMethodHandler(logind);
        await logind.connection.RequestNameAsync(Service, RequestNameOptions.None);
        await Task.Yield(); // off the thread that reads from the bus: tests wait where they stand
        return logind;
    }

    /// <summary>Tells that something is about to begin, or is over.</summary>
    internal void Tell(string signal, bool begins)
    {
        using var writer = connection.GetMessageWriter();
        writer.WriteSignalHeader(null, ObjectPath, Manager, signal, "b");
        writer.WriteBool(begins);
        connection.TrySendMessage(writer.CreateMessage());
    }

    /// <summary>Tells it with something that the signal has not.</summary>
    internal void TellNonsense(string signal)
    {
        using var writer = connection.GetMessageWriter();
        writer.WriteSignalHeader(null, ObjectPath, Manager, signal, "s");
        writer.WriteString("");
        connection.TrySendMessage(writer.CreateMessage());
    }

    public void Dispose()
    {
        connection.Dispose();
        System.IO.File.Delete(file);
    }

    Task InhibitAsync(MethodContext context)
    {
        Interlocked.Increment(ref delays);
        using var writer = context.CreateReplyWriter("h");
        writer.WriteHandle(System.IO.File.OpenHandle(file)); // gone with its sending
        context.Reply(writer.CreateMessage());
        return Task.CompletedTask;
    }
}
