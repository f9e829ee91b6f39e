using System.Collections.Concurrent;
using System.Net.Sockets;
using Tmds.DBus.Protocol;
using Xen.Bus;

namespace Xen.Tests;

/// <summary>
/// What Tmds.DBus.Protocol does otherwise than one would think, and what we make of it: on a bus of the test's own, between connections of
/// ours, with busctl as somebody else.
/// </summary>
public sealed class BusTests : IDisposable
{
    readonly PrivateBus bus = new();

    public void Dispose() => bus.Dispose();

    [Fact]
    public async Task What_a_method_throws_is_its_answer_and_the_connection_serves_on()
    {
        using var server = await ServeAsync();
        using var client = await bus.ConnectAsync();
        Assert.Equal((BusError.AccessDenied, "not you"), await RefusedAsync("Refuse"));
        Assert.Equal((BusError.Failed, "broken"), await RefusedAsync("Break"));
        Assert.Equal((BusError.Failed, "broken later"), await RefusedAsync("BreakLater"));
        Assert.Equal(BusError.Failed, (await RefusedAsync("Misread")).Name);

        async Task<(string Name, string Sentence)> RefusedAsync(string member)
        {
            var refused = await Assert.ThrowsAsync<DBusErrorReplyException>(() => EchoObject.CallAsync(client, member));
            Assert.Equal("hello", await EchoObject.CallAsync(client, "Greet"));
            return (refused.ErrorName, refused.ErrorMessage);
        }
    }

    [Fact]
    public async Task Calls_of_other_signatures_are_refused_unread()
    {
        using var server = await ServeAsync();
        using var client = await bus.ConnectAsync();
        int before = Descriptors();
        for (int round = 0; round < 50; round++)
        {
            // WriteHandle gives its descriptor away: each sending has one of its own.
            var unknown = await Assert.ThrowsAsync<DBusErrorReplyException>(() =>
                client.CallAsync(With(client, "Greet", File.OpenHandle("/dev/null")), static (_, _) => true));
            Assert.Equal(BusError.UnknownMethod, unknown.ErrorName);
        }
        Assert.Equal("hello", await EchoObject.CallAsync(client, "Greet"));
        Until(() => Descriptors() <= before, () => $"{Descriptors()} descriptors, and {before} before");
        Assert.Contains("exist", bus.Busctl("call", EchoObject.Name, EchoObject.ObjectPath, "org.example.Other", "Greet"),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_descriptor_is_given_away_when_it_is_sent()
    {
        using var server = await ServeAsync();
        using var client = await bus.ConnectAsync();
        var handle = File.OpenHandle("/dev/null");
        Assert.True(await client.CallAsync(With(client, "Take", handle), static (_, _) => true));
        Until(() => handle.IsClosed, "it is open still");
        await Assert.ThrowsAsync<ObjectDisposedException>(() => client.CallMethodAsync(With(client, "Take", handle)));
        Assert.True(await client.CallAsync(With(client, "Take", File.OpenHandle("/dev/null")), static (_, _) => true));
    }

    [Fact]
    public async Task Calls_of_one_object_run_beside_each_other()
    {
        using var server = await ServeAsync();
        using var client = await bus.ConnectAsync();
        Assert.Equal(["both", "both"], await Task.WhenAll(EchoObject.CallAsync(client, "Wait"), EchoObject.CallAsync(client, "Wait")));
    }

    // Each call that waits holds its message, and whoever wants no answers is not held back by the bus.
    [Fact]
    public async Task Who_has_many_calls_that_wait_has_no_more_and_others_are_served()
    {
        using var server = await ServeAsync();
        using var greedy = await bus.ConnectAsync();
        using var other = await bus.ConnectAsync();
        var calls = Enumerable.Range(0, ServedObject.MostOfOneCaller + 8)
            .Select(_ => EchoObject.CallAsync(greedy, "Never", TimeSpan.FromMinutes(5))).ToList();
        Until(() => calls.Count(call => call.IsFaulted) >= 8, "they are not refused");
        Assert.All(calls[ServedObject.MostOfOneCaller..],
            call => Assert.Equal(BusError.LimitsExceeded,
                Assert.IsType<DBusErrorReplyException>(call.Exception!.InnerException).ErrorName));
        Assert.DoesNotContain(calls[..ServedObject.MostOfOneCaller], call => call.IsCompleted);
        Assert.Equal("hello", await EchoObject.CallAsync(other, "Greet"));
    }

    [Fact]
    public async Task A_connection_that_ended_is_made_anew_with_its_name_and_objects()
    {
        using var link = new BusLink(bus.Address);
        int times = 0;
        link.Start(async connection =>
        {
            await ServeOnAsync(connection);
            times++;
        }, null, _ => { });
        await link.Tried;
        Assert.Contains("hello", bus.Busctl("call", EchoObject.Name, EchoObject.ObjectPath, EchoObject.Name, "Greet"),
            StringComparison.Ordinal);
        bus.End();
        bus.StartAgain();
        Until(() => bus.Busctl("call", EchoObject.Name, EchoObject.ObjectPath, EchoObject.Name, "Greet")
            .Contains("hello", StringComparison.Ordinal), "it does not come back");
        Assert.Equal(2, times);
    }

    [Fact]
    public async Task A_name_is_only_one_owners()
    {
        using var server = await ServeAsync();
        using var other = await bus.ConnectAsync();
        // By default, a request takes the name from its owner.
        var refused = await Assert.ThrowsAsync<DBusErrorReplyException>(() => other.RequestNameAsync(EchoObject.Name));
        Assert.EndsWith("NameExists", refused.ErrorName, StringComparison.Ordinal);
        Assert.Equal("hello", await EchoObject.CallAsync(other, "Greet"));
    }

    [Fact]
    public async Task A_bus_that_ends_or_hangs_leaves_nobody_waiting()
    {
        using var server = await ServeAsync();
        using var client = await bus.ConnectAsync();
        var impatient = await Assert.ThrowsAsync<DBusErrorReplyException>(() =>
            EchoObject.CallAsync(client, "Never", TimeSpan.FromMilliseconds(200)));
        Assert.Equal(BusError.NoReply, impatient.ErrorName);
        Programs.Signal(bus.Pid, "STOP");
        Assert.False(await client.AnswersAsync(TimeSpan.FromMilliseconds(200)));
        Programs.Signal(bus.Pid, "CONT");
        var waiting = EchoObject.CallAsync(client, "Never");
        bus.End();
        await Assert.ThrowsAnyAsync<DBusExceptionBase>(() => waiting.WaitAsync(TimeSpan.FromSeconds(60)));
        await Assert.ThrowsAnyAsync<DBusExceptionBase>(() => EchoObject.CallAsync(client, "Greet").WaitAsync(TimeSpan.FromSeconds(60)));
    }

    [Fact]
    public async Task No_bus_and_one_that_does_not_answer_are_told_and_come_later()
    {
        using var folder = new TempFolder();
        string socket = folder.File("bus");
        var lacks = new BlockingCollection<string>();
        using (var link = new BusLink("unix:path=" + socket))
        {
            link.Start(_ => Task.CompletedTask, null, lacks.Add);
            await link.Tried;
            Assert.Null(link.Current);
            Assert.Contains("connect to the system bus", lacks.Take(), StringComparison.Ordinal);
        }
        using (var silent = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            silent.Bind(new UnixDomainSocketEndPoint(socket));
            silent.Listen();
            await Assert.ThrowsAsync<DBusConnectFailedException>(() =>
                SystemBus.ConnectAsync("unix:path=" + socket).WaitAsync(TimeSpan.FromSeconds(60)));
        }
        Assert.Empty(lacks);
    }

    [Fact]
    public async Task Properties_can_be_read_and_tell_when_they_change()
    {
        var served = new EchoObject();
        using var server = await ServeAsync(served);
        Assert.Equal("s \"good\"\n", bus.Busctl("get-property", EchoObject.Name, EchoObject.ObjectPath, EchoObject.Name, "Mood"));
        Assert.Contains(".Greet", bus.Busctl("introspect", EchoObject.Name, EchoObject.ObjectPath), StringComparison.Ordinal);
        Assert.Matches(@"\.Mood +property +s +""good""", bus.Busctl("introspect", EchoObject.Name, EchoObject.ObjectPath));
        Assert.Contains("can only be read",
            bus.Busctl("set-property", EchoObject.Name, EchoObject.ObjectPath, EchoObject.Name, "Mood", "s", "bad"),
            StringComparison.Ordinal);
        Assert.Contains("no property", bus.Busctl("get-property", EchoObject.Name, EchoObject.ObjectPath, EchoObject.Name, "Height"),
            StringComparison.Ordinal);
        using var client = await bus.ConnectAsync();
        var heard = new BlockingCollection<string>();
        await client.WatchPropertiesChangedAsync(EchoObject.Name, EchoObject.ObjectPath, EchoObject.Name, static (signal, _) =>
        {
            var reader = signal.GetBodyReader();
            reader.ReadString();
            return reader.ReadDictionaryOfStringToVariantValue();
        }, (Notification<Dictionary<string, VariantValue>> told) =>
            heard.Add(string.Join(' ', told.Value.Select(one => $"{one.Key}={one.Value.GetString()}"))),
            ObserverFlags.None, emitOnCapturedContext: false);
        served.Mood = "better";
        Assert.True(server.TrySendMessage(served.Interface.PropertiesChanged(server, served.Path, ["Mood"])));
        // The wait must not stand on the thread that reads from the bus.
        string? changed = await Task.Run(() => heard.TryTake(out string? one, 60_000) ? one : null);
        Assert.Equal("Mood=better", changed); // what did not change is not told
    }

    async Task<DBusConnection> ServeAsync(EchoObject? served = null)
    {
        var server = await bus.ConnectAsync();
        await ServeOnAsync(server, served);
        return server;
    }

    static async Task ServeOnAsync(DBusConnection connection, EchoObject? served = null)
    {
        connection.AddMethodHandler(served ?? new EchoObject());
        await connection.RequestNameAsync(EchoObject.Name, RequestNameOptions.None);
        await Task.Yield(); // off the thread that reads from the bus: tests wait where they stand
    }

    static MessageBuffer With(DBusConnection connection, string member, Microsoft.Win32.SafeHandles.SafeFileHandle handle)
    {
        using var writer = connection.GetMessageWriter();
        writer.WriteMethodCallHeader(EchoObject.Name, EchoObject.ObjectPath, EchoObject.Name, member, "h");
        writer.WriteHandle(handle);
        return writer.CreateMessage();
    }

    static int Descriptors() => Directory.EnumerateFileSystemEntries("/proc/self/fd").Count();
}
