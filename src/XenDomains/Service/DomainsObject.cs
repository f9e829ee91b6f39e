using Tmds.DBus.Protocol;
using Xen.Bus;
using Xen.Hosting;
using Xen.Linux.Files;
using XenDomains.Configuration;
using XenDomains.Execution;
using XenDomains.Facts;
using XenDomains.Planning;
using XenDomains.Reports;
using XenDomains.Toolstack;

namespace XenDomains.Service;

/// <summary>The object org.xendaemons.Domains1: operations on guests, and the service's state.</summary>
sealed class DomainsObject : ServedObject
{
    internal const string InterfaceName = "org.xendaemons.Domains1", ObjectPath = "/org/xendaemons/Domains1";
    internal const string ManagerName = "org.freedesktop.DBus.ObjectManager";

    const string Description = """
         <method name="List"><arg name="guests" type="a(sis)" direction="out"/></method>
         <method name="Start"><arg name="names" type="as" direction="in"/><arg name="went_well" type="b" direction="out"/></method>
         <method name="Stop"><arg name="names" type="as" direction="in"/><arg name="went_well" type="b" direction="out"/></method>
         <method name="Save"><arg name="names" type="as" direction="in"/><arg name="went_well" type="b" direction="out"/></method>
         <method name="Plan"><arg name="verb" type="s" direction="in"/><arg name="json" type="s" direction="out"/></method>
         <method name="PlanFor">
          <arg name="verb" type="s" direction="in"/><arg name="names" type="as" direction="in"/><arg name="json" type="s" direction="out"/>
         </method>
         <signal name="Progress">
          <arg name="verb" type="s"/><arg name="guest" type="s"/><arg name="stage" type="s"/><arg name="text" type="s"/>
         </signal>
         <property name="State" type="s" access="read"/>
         <property name="Version" type="s" access="read">
          <annotation name="org.freedesktop.DBus.Property.EmitsChangedSignal" value="const"/>
         </property>
        """;

    const string ManagerDescription = """
         <method name="GetManagedObjects"><arg name="objects" type="a{oa{sa{sv}}}" direction="out"/></method>
         <signal name="InterfacesAdded"><arg name="object" type="o"/><arg name="interfaces" type="a{sa{sv}}"/></signal>
         <signal name="InterfacesRemoved"><arg name="object" type="o"/><arg name="interfaces" type="as"/></signal>
        """;

    static readonly StopWay[] OnlySave = [StopWay.Save];

    readonly StartStop guests;
    readonly GuestObjects shown;
    readonly BusLink bus;
    readonly Polkit polkit;
    readonly ILogger logger;
    readonly Func<CancellationToken> goingDown;
    readonly ServedInterface domains;
    volatile string state = ServiceStates.Starting;

    internal DomainsObject(StartStop guests, GuestObjects shown, BusLink bus, Polkit polkit, ILogger logger,
        Func<CancellationToken> goingDown)
        : base(ObjectPath)
    {
        (this.guests, this.shown, this.bus, this.polkit, this.logger, this.goingDown) = (guests, shown, bus, polkit, logger, goingDown);
        domains = new(InterfaceName, Description, new Dictionary<string, ServedMethod>(StringComparer.Ordinal)
        {
            ["List"] = new("", ListAsync),
            ["Plan"] = new("s", PlanAsync),
            ["PlanFor"] = new("sas", PlanForAsync),
            ["Start"] = new("as", StartAsync),
            ["Stop"] = new("as", context => StopAsync(context, "stop", null)),
            ["Save"] = new("as", context => StopAsync(context, "save", OnlySave)),
        }, new Dictionary<string, Func<VariantValue>>(StringComparer.Ordinal)
        {
            ["State"] = () => state,
            ["Version"] = () => DaemonHost.Version,
        });
        Interfaces = [domains, new(ManagerName, ManagerDescription, new Dictionary<string, ServedMethod>(StringComparer.Ordinal)
        {
            ["GetManagedObjects"] = new("", ManagedAsync),
        }, new Dictionary<string, Func<VariantValue>>())];
    }

    public override IReadOnlyList<ServedInterface> Interfaces { get; }

    /// <summary>The service's present state: the property State.</summary>
    internal void Is(string now)
    {
        if (state == now)
            return;
        state = now;
        bus.Send(connection => domains.PropertiesChanged(connection, Path, ["State"]));
    }

    async Task ListAsync(MethodContext context)
    {
        await polkit.AllowAsync(context, Polkit.Look).ConfigureAwait(false);
        ReplyList(context, GuestState.Of(await DoAsync(() => shown.LookAsync(isWhole: true)).ConfigureAwait(false)));
    }

    async Task ManagedAsync(MethodContext context)
    {
        await polkit.AllowAsync(context, Polkit.Look).ConfigureAwait(false);
        await DoAsync(() => shown.LookAsync(isWhole: false)).ConfigureAwait(false);
        ReplyManaged(context, shown.All);
    }

    async Task PlanAsync(MethodContext context)
    {
        if (context.Request.GetBodyReader().ReadString() is not ("start" or "stop") and var other)
            throw new DBusErrorReplyException(BusError.UnknownMethod, $"there are plans for start and stop, and not for {other}");
        await polkit.AllowAsync(context, Polkit.Look).ConfigureAwait(false);
        bool isStop = context.Request.GetBodyReader().ReadString() is "stop";
        var facts = await LookForPlanAsync(isStop).ConfigureAwait(false);
        ReplyText(context, isStop ? PlanText.JsonOf(StopPlan.Make(facts, end: HostEnd.GoesDown)) : PlanText.JsonOf(StartPlan.Make(facts)));
    }

    // What Start, Stop and Save would do now with the same names.
    async Task PlanForAsync(MethodContext context)
    {
        var (verb, only) = VerbAndNames(context);
        if (verb is not ("start" or "stop" or "save"))
            throw new DBusErrorReplyException(BusError.UnknownMethod, $"there are plans for start, stop and save, and not for {verb}");
        await polkit.AllowAsync(context, Polkit.Look).ConfigureAwait(false);
        var facts = await LookForPlanAsync(isStop: verb is not "start").ConfigureAwait(false);
        if (verb is "start")
            ReplyText(context, PlanText.JsonOf(StartPlan.Make(facts, only: only)));
        else
            ReplyText(context, PlanText.JsonOf(
                StopPlan.Make(facts, only, verb is "save" ? OnlySave : null, await HostState.LookAsync().ConfigureAwait(false))));
    }

    // A stop works without a folder that cannot be read, and so does its plan.
    Task<HostFacts> LookForPlanAsync(bool isStop) =>
        DoAsync(() => isStop ? guests.LookForStopAsync() : shown.LookAsync(isWhole: true));

    static (string Verb, IReadOnlySet<string>? Only) VerbAndNames(MethodContext context)
    {
        var reader = context.Request.GetBodyReader();
        return (reader.ReadString(), Only(reader.ReadArrayOfString()));
    }

    // No names stand for all guests.
    static HashSet<string>? Only(string[] names) => names.Length == 0 ? null : names.ToHashSet(StringComparer.Ordinal);

    Task StartAsync(MethodContext context)
    {
        var until = goingDown();
        return until.IsCancellationRequested
            ? throw new DBusErrorReplyException(BusError.Failed, "guests are being stopped")
            : WorkAsync(context, "start",
                (progress, only) => guests.StartAsync(progress, only, new HashSet<string>(), Remark, goingDown()));
    }

    Task StopAsync(MethodContext context, string verb, StopWay[]? ways) =>
        WorkAsync(context, verb, (progress, only) => guests.StopAsync(progress, only, ways, Remark));

    async Task WorkAsync(MethodContext context, string verb, Func<Progress, IReadOnlySet<string>?, Task<bool>> work)
    {
        await polkit.AllowAsync(context, Polkit.Manage).ConfigureAwait(false);
        var only = Only(context.Request.GetBodyReader().ReadArrayOfString());
        var progress = new Progress(verb, new LogReport(logger), new BusReport(bus, verb));
        bool went = await DoAsync(() => work(progress, only)).ConfigureAwait(false);
        await shown.LookQuietlyAsync().ConfigureAwait(false); // the properties fit the reply when the caller gets it
        using var writer = context.CreateReplyWriter("b");
        writer.WriteBool(went);
        context.Reply(writer.CreateMessage());
    }

    static async Task<T> DoAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (Exception e) when (FileFault.Is(e) || e is ToolstackException)
        {
            throw new DBusErrorReplyException(BusError.Failed, e.Message);
        }
    }

    static void ReplyText(MethodContext context, string text)
    {
        using var writer = context.CreateReplyWriter("s");
        writer.WriteString(text);
        context.Reply(writer.CreateMessage());
    }

    static void ReplyList(MethodContext context, IReadOnlyList<GuestState> all)
    {
        using var writer = context.CreateReplyWriter("a(sis)");
        var array = writer.WriteArrayStart(DBusType.Struct);
        foreach (var guest in all)
        {
            writer.WriteStructureStart();
            writer.WriteString(BusText.Of(guest.Name));
            writer.WriteInt32(guest.Id);
            writer.WriteString(guest.State);
        }
        writer.WriteArrayEnd(array);
        context.Reply(writer.CreateMessage());
    }

    static void ReplyManaged(MethodContext context, IReadOnlyList<GuestObject> all)
    {
        var writer = context.CreateReplyWriter("a{oa{sa{sv}}}");
        try
        {
            var start = writer.WriteDictionaryStart();
            foreach (var guest in all)
            {
                writer.WriteDictionaryEntryStart();
                GuestObjects.WriteWithInterfaces(ref writer, guest);
            }
            writer.WriteDictionaryEnd(start);
            context.Reply(writer.CreateMessage());
        }
        finally
        {
            writer.Dispose();
        }
    }

    void Remark(string remark) => DomainsLog.Remark(logger, remark);
}
