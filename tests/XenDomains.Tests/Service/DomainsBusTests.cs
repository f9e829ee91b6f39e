using System.Collections.Concurrent;
using Tmds.DBus.Protocol;
using Xen.Linux;
using Xen.Tests;
using XenDomains.Tests.Program;

namespace XenDomains.Tests.Service;

/// <summary>The service as a process on a bus of the test's own: what a panel reads, calls and hears.</summary>
public sealed class DomainsBusTests : IDisposable
{
    const string Domains = "org.xendaemons.Domains1", Place = "/org/xendaemons/Domains1", Guest = Domains + ".Guest";
    const string Manager = "org.freedesktop.DBus.ObjectManager", Properties = "org.freedesktop.DBus.Properties";
    const string Web = Place + "/guest/web", Odd = Place + "/guest/a_20b_2dc";

    static readonly string[] Members =
    [
        ".List", ".Start", ".Stop", ".Save", ".Plan", ".PlanFor",
        ".Progress", ".State", ".Version", ".GetManagedObjects", ".InterfacesAdded",
    ];

    readonly PrivateBus bus = new();
    readonly Stage stage = new();
    readonly FakePolkit polkit;
    DaemonProcess? daemon;

    public DomainsBusTests()
    {
        stage.Environment["DBUS_SYSTEM_BUS_ADDRESS"] = bus.Address;
        polkit = Task.Run(() => FakePolkit.ServeAsync(bus)).Result;
        polkit.Lets = ResourceLimits.UserId == 0 ? null : Domains + ".";
    }

    public void Dispose()
    {
        daemon?.Dispose(); // before its bus
        polkit.Dispose();
        bus.Dispose();
        stage.Dispose();
    }

    [Fact]
    public async Task A_panel_sees_the_service_and_each_guest_and_hears_of_changes()
    {
        stage.Auto("web");
        stage.Auto("a b-c");
        Start();
        Assert.Contains("\"0.", Property(Place, Domains, "Version"), StringComparison.Ordinal);
        string described = bus.Busctl("introspect", Domains, Place);
        foreach (string member in Members)
            Assert.Contains(member, described, StringComparison.Ordinal);
        string objects = Call(Manager, "GetManagedObjects");
        Assert.Contains($"\"{Web}\" 1 \"{Guest}\" 5", objects, StringComparison.Ordinal);
        Assert.Contains($"\"{Odd}\"", objects, StringComparison.Ordinal);
        Assert.Equal("s \"a b-c\"", Property(Odd, Guest, "Name"));
        Assert.Equal("s \"running\"", Property(Web, Guest, "State"));
        Assert.Equal("b true", Property(Web, Guest, "StartsWithHost"));
        Assert.Equal($"t {64 << 20}", Property(Web, Guest, "Memory"));
        Assert.Matches(@"a\(sis\) 2 .*""web"" \d+ ""running""", Call(Domains, "List"));

        using var panel = await bus.ConnectAsync();
        var heard = new BlockingCollection<string>();
        await panel.WatchPropertiesChangedAsync(Domains, Web, Guest, static (signal, _) =>
        {
            var reader = signal.GetBodyReader();
            reader.ReadString();
            return reader.ReadDictionaryOfStringToVariantValue();
        }, (Notification<Dictionary<string, VariantValue>> told) => heard.Add(told.Value["State"].GetString()),
            ObserverFlags.None, emitOnCapturedContext: false);
        await Task.Yield(); // off the thread that reads from the bus
        Assert.Equal("b true", Call(Domains, "Stop", "as", "1", "web"));
        Assert.Equal("s \"absent\"", Property(Web, Guest, "State"));
        Assert.Equal("i -1", Property(Web, Guest, "Id"));
        Assert.Equal("absent", await Task.Run(() => heard.TryTake(out string? state, 60_000) ? state : null));

        // Somebody else's guest comes.
        stage.Run(70, "other");
        Assert.Contains(Place + "/guest/other", Call(Manager, "GetManagedObjects"), StringComparison.Ordinal);
        Assert.Equal("b false", Property(Place + "/guest/other", Guest, "StartsWithHost"));
    }

    [Fact]
    public void A_panel_can_show_what_an_operation_on_some_guests_would_do()
    {
        stage.Auto("web", "# xendomains: requires=db");
        stage.Auto("db");
        stage.Auto("-other");
        Start();
        string stop = PlanFor("stop", "2", "web", "db");
        Assert.Matches(@"""guest"":\s*""web"".*""action"":\s*""stop"".*""guest"":\s*""db"".*""after"":\s*\[\s*""web""", stop);
        Assert.Matches(@"""guest"":\s*""-other""[^}]*""action"":\s*""leave""[^}]*it was not asked for", stop);
        Assert.Matches(@"""way"":\s*""save""", PlanFor("save", "1", "web"));
        Assert.DoesNotMatch(@"""way"":\s*""shutdown""", PlanFor("save", "1", "web"));
        Assert.Matches(@"""guest"":\s*""db""[^}]*""action"":\s*""keep""", PlanFor("start", "1", "db"));
        Assert.Contains("not for destroy", PlanFor("destroy", "0"), StringComparison.Ordinal);
        Assert.Equal(3, stage.Running.Length);
    }

    // Only the plan failed.
    [Theory]
    [InlineData("save")]
    [InlineData("auto")]
    public void Where_a_stop_works_without_a_folder_its_plan_does_so_as_well(string folder)
    {
        stage.Auto("web");
        Start(() => stage.BeginWithoutPrivilege("daemon"));
        File.SetUnixFileMode(stage.File(folder), UnixFileMode.None);
        Assert.Contains("denied", PlanFor("start", "1", "web"), StringComparison.Ordinal);
        foreach (string verb in (string[])["stop", "save"])
            Assert.Matches(@"""guest"":\s*""web""[^}]*""action"":\s*""stop""", PlanFor(verb, "1", "web"));
        Assert.Contains("cannot be read, and guests are stopped without it", Call(Domains, "Plan", "s", "stop"), StringComparison.Ordinal);
        Assert.Equal("b true", Property(Web, Guest, "StartsWithHost")); // what is known of it has not been forgotten
        Assert.Equal("b true", Call(Domains, "Stop", "as", "1", "web"));
        Assert.Empty(stage.Running);
        File.SetUnixFileMode(stage.File(folder), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    [Fact]
    public async Task Its_name_cannot_be_taken_and_is_there_again_with_its_objects_when_the_bus_is()
    {
        stage.Auto("web");
        Start();
        using (var other = await bus.ConnectAsync())
            await Assert.ThrowsAsync<DBusErrorReplyException>(() => other.RequestNameAsync(Domains)); // by default it would take the name
        Assert.Contains("exist", Call(Domains, "Start", "s", "web"), StringComparison.Ordinal);
        bus.End();
        bus.StartAgain();
        using var again = await FakePolkit.ServeAsync(bus);
        again.Lets = Domains + ".";
        Until(() => Property(Place, Domains, "State") == "s \"running\"", "it is not on the bus again");
        Assert.Equal("s \"running\"", Property(Web, Guest, "State"));
    }

    [Fact]
    public async Task A_shutdown_stops_the_guests_and_holds_the_delay_until_they_are()
    {
        using var logind = await FakeLogind.ServeAsync(bus);
        stage.Auto("web");
        Start();
        Until(() => logind.Delays == 1, "it asks for no delay");
        logind.Tell("PrepareForShutdown", true);
        Until(() => Property(Place, Domains, "State") == "s \"stopped\"", "the guests are not stopped");
        Assert.Empty(stage.Running);
        logind.Tell("PrepareForShutdown", false);
        Until(() => Property(Place, Domains, "State") == "s \"running\"", "the guests are not back");
        Assert.Equal(["web"], stage.Running);
        Until(() => logind.Delays == 2, "it asks for no other delay");
    }

    [Fact]
    public void Who_is_not_root_may_what_polkit_lets()
    {
        if (ResourceLimits.UserId != 0)
            return; // nobody else can be played
        stage.Auto("web");
        Start();
        Assert.Contains("Access denied", CallAsNobody(Place, Domains, "List"), StringComparison.Ordinal);
        Assert.Contains("Access denied", CallAsNobody(Web, Properties, "GetAll", "s", Guest), StringComparison.Ordinal);
        polkit.Lets = Domains + ".look";
        Assert.Contains("web", CallAsNobody(Place, Domains, "List"), StringComparison.Ordinal);
        Assert.Contains("\"running\"", CallAsNobody(Web, Properties, "GetAll", "s", Guest), StringComparison.Ordinal);
        Assert.Contains("Access denied", CallAsNobody(Place, Domains, "Stop", "as", "0"), StringComparison.Ordinal);
        Assert.Equal(["web"], stage.Running);
    }

    [Fact]
    public void A_bus_that_hangs_holds_nobody_up()
    {
        Programs.Signal(bus.Pid, "STOP");
        stage.Auto("web");
        daemon = stage.Begin("daemon");
        Until(() => stage.Running is ["web"], "the guest does not start");
        Assert.Equal(0, daemon.Ends("TERM"));
        Assert.Empty(stage.Running);
    }

    void Start() => Start(() => stage.Begin("daemon"));

    void Start(Func<DaemonProcess> begin)
    {
        daemon = begin();
        Until(() => Property(Place, Domains, "State") == "s \"running\"", "it is not on the bus");
        Until(() => Property(Web, Guest, "State") == "s \"running\"", "its guest is not on the bus"); // which is looked at after that
    }

    string Property(string path, string @interface, string name) => bus.Busctl("get-property", Domains, path, @interface, name).Trim();

    string Call(string @interface, string member, params string[] words) =>
        bus.Busctl(["--timeout=120", "call", Domains, Place, @interface, member, .. words]).Trim();

    string PlanFor(string verb, params string[] names) => // as the text that the answer carries
        Call(Domains, "PlanFor", ["sas", verb, .. names])
            .Replace("\\n", " ", StringComparison.Ordinal).Replace("\\\"", "\"", StringComparison.Ordinal);

    string CallAsNobody(string path, string @interface, string member, params string[] words)
    {
        string[] busctl = ["busctl", "--address=" + bus.Address, "call", Domains, path, @interface, member, .. words];
        var (_, output, errors) = Programs.Run("setpriv", ["--reuid=65534", "--regid=65534", "--clear-groups", .. busctl]);
        return output + errors;
    }
}
