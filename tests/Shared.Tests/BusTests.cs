using System.Diagnostics;
using Xen.Bus;
using Xen.Posix;

namespace Xen.Tests;

/// <summary>The seam to D-Bus, on a bus of its own: the bus's real daemon, two connections of ours, and busctl as somebody else.</summary>
public sealed partial class BusTests : IDisposable
{
    const string Name = "org.example.Test", Path = "/org/example/Test", AllTypes = "ybnqiuxtdsoas(su)va{sv}";

    static readonly Dictionary<string, string> Methods = new() { ["Echo"] = AllTypes, ["Take"] = "h", ["Refuse"] = "", ["Break"] = "", ["Greet"] = "", ["Wait"] = "" };

    readonly string folder = Directory.CreateTempSubdirectory("xb").FullName;
    readonly string address;
    readonly Process daemon;

    public BusTests()
    {
        string socket = System.IO.Path.Combine(folder, "bus");
        File.WriteAllText(System.IO.Path.Combine(folder, "conf"), $"""
            <busconfig><type>session</type><listen>unix:path={socket}</listen>
            <policy context="default"><allow send_destination="*"/><allow receive_sender="*"/><allow own="*"/></policy>
            </busconfig>
            """);
        daemon = Process.Start(new ProcessStartInfo("dbus-daemon", ["--nofork", "--print-address", "--config-file", System.IO.Path.Combine(folder, "conf")]) { RedirectStandardOutput = true })!;
        daemon.StandardOutput.ReadLine();
        SetEnvironment("DBUS_SYSTEM_BUS_ADDRESS", address = "unix:path=" + socket);
    }

    public void Dispose()
    {
        daemon.Kill();
        daemon.WaitForExit();
        daemon.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    static IBus Open() => SystemBus.TryOpen(out string reason) ?? throw new InvalidOperationException(reason);

    [Fact]
    public async Task Every_type_of_value_comes_back_as_it_went()
    {
        using var server = Open();
        server.Own(Name);
        server.Serve(Path, "<node/>", Methods, request => Task.FromResult(new BusAnswer(request.Signature, request.Arguments)));
        using var client = Open();
        object[] values = [(byte)1, true, (short)-2, (ushort)3, -4, 5u, -6L, 7UL, 8.5, "text ü", "/a/path", new object[] { "x", "y" }, new object[] { "in", 9u }, new Variant("s", "inside"),
            new object[] { new object[] { "key", new Variant("as", new object[] { "a" }) } }];
        object[] answer = await client.CallAsync(new(Name, Path, "org.example", "Echo", AllTypes, values));
        Assert.Equivalent(values, answer, strict: true);
    }

    [Fact]
    public async Task Descriptors_travel_both_ways()
    {
        using var server = Open();
        server.Own(Name);
        server.Serve(Path, "<node/>", Methods, request =>
        {
            var given = (FileDescriptor)request.Arguments[0];
            given.Write("given "u8);
            return Task.FromResult(new BusAnswer("h", given));
        });
        using var client = Open();
        string file = System.IO.Path.Combine(folder, "file");
        using (var mine = FileDescriptor.TryOpenAppend(file, out _)!)
        {
            var back = (FileDescriptor)(await client.CallAsync(new(Name, Path, "org.example", "Take", "h", mine)))[0];
            Assert.NotEqual(mine.Number, back.Number);
            back.Write("and back"u8);
            back.Dispose();
        }
        Assert.Equal("given and back", File.ReadAllText(file));
    }

    [Fact]
    public async Task Errors_come_with_their_name_and_sentence()
    {
        using var server = Open();
        server.Own(Name);
        server.Serve(Path, "<node/>", Methods, request => request.Member == "Refuse" ? throw new BusException(BusException.AccessDenied, "not you") : throw new InvalidOperationException("broken"));
        using var client = Open();
        var refused = await Assert.ThrowsAsync<BusException>(() => client.CallAsync(new(Name, Path, "org.example", "Refuse")));
        Assert.Equal((BusException.AccessDenied, "not you"), (refused.Name, refused.Message));
        var broken = await Assert.ThrowsAsync<BusException>(() => client.CallAsync(new(Name, Path, "org.example", "Break")));
        Assert.Equal((BusException.Failed, "broken"), (broken.Name, broken.Message));
        var unknown = await Assert.ThrowsAsync<BusException>(() => client.CallAsync(new(Name, Path, "org.example", "Refuse", "s", "too much")));
        Assert.Equal(BusException.UnknownMethod, unknown.Name);
        await Assert.ThrowsAsync<BusException>(() => client.CallAsync(new("org.example.Nobody", Path, "org.example", "Any")));
        await Assert.ThrowsAsync<ArgumentException>(() => client.CallAsync(new(Name, Path, "org.example", "Any", "s")));
    }

    [Fact]
    public async Task Signals_reach_who_listens_until_it_does_not()
    {
        using var server = Open();
        server.Own(Name);
        using var client = Open();
        var heard = new System.Collections.Concurrent.BlockingCollection<string>();
        var listening = client.OnSignal(Name, Path, "org.example", "Said", values => heard.Add((string)values[0]));
        server.Emit(Path, "org.example", "Said", "s", "one");
        server.Emit(Path, "org.example", "Other", "s", "not this");
        server.Emit(Path, "org.example", "Said", "s", "two");
        Assert.Equal(["one", "two"], [await TakeAsync(), await TakeAsync()]);
        listening.Dispose();
        server.Emit(Path, "org.example", "Said", "s", "three");
        server.Own("org.example.After"); // the bus answers it after it has told the signal before
        using var again = client.OnSignal(Name, Path, "org.example", "Said", values => heard.Add((string)values[0]));
        server.Emit(Path, "org.example", "Said", "s", "four");
        Assert.Equal("four", await TakeAsync());

        Task<string> TakeAsync() => Task.Run(() => heard.TryTake(out string? text, 60_000) ? text : throw new TimeoutException());
    }

    [Fact]
    public void Who_calls_is_known_by_its_user_and_others_tools_can_look_and_call()
    {
        using var server = Open();
        server.Own(Name);
        uint? uid = null;
        server.Serve(Path, """<node><interface name="org.example"><method name="Greet"><arg type="s" direction="out"/></method></interface></node>""", Methods, request =>
        {
            uid = request.Uid;
            return Task.FromResult(new BusAnswer("s", "hello"));
        });
        Assert.Equal("s \"hello\"\n", Busctl("call", Name, Path, "org.example", "Greet"));
        Assert.Equal(Limits.UserId, uid);
        Assert.Contains(".Greet", Busctl("introspect", Name, Path), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_is_only_one_owners_and_a_bus_that_ends_leaves_nobody_waiting()
    {
        using var server = Open();
        server.Own(Name);
        var never = new TaskCompletionSource<BusAnswer>();
        server.Serve(Path, "<node/>", Methods, _ => never.Task);
        using var client = Open();
        Assert.Throws<BusException>(() => client.Own(Name));
        var waiting = client.CallAsync(new(Name, Path, "org.example", "Wait"));
        var impatient = client.CallAsync(new(Name, Path, "org.example", "Wait"), TimeSpan.FromMilliseconds(200));
        await Assert.ThrowsAsync<BusException>(() => impatient);
        daemon.Kill();
        await Assert.ThrowsAsync<BusException>(() => waiting.WaitAsync(TimeSpan.FromSeconds(60)));
        await Assert.ThrowsAsync<BusException>(() => client.CallAsync(new(Name, Path, "org.example", "Any")).WaitAsync(TimeSpan.FromSeconds(60)));
    }

    [Fact]
    public void No_bus_is_told_and_no_error()
    {
        SetEnvironment("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent");
        Assert.Null(SystemBus.TryOpen(out string reason));
        Assert.Contains("system bus", reason, StringComparison.Ordinal);
    }

    string Busctl(params string[] words)
    {
        using var process = Process.Start(new ProcessStartInfo("busctl", ["--address=" + address, "--no-pager", .. words]) { RedirectStandardOutput = true })!;
        string printed = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return printed;
    }

    // The library reads the C library's environment, which .NET's own does not change.
    static void SetEnvironment(string name, string value) => Assert.Equal(0, setenv(name, value, 1));

    [System.Runtime.InteropServices.LibraryImport("libc", StringMarshalling = System.Runtime.InteropServices.StringMarshalling.Utf8)]
    private static partial int setenv(string name, string value, int overwrite);
}
