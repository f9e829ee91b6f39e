using Xen.Bus;
using XenDomains.Configuration;
using XenDomains.Execution;
using XenDomains.Planning;
using XenDomains.Reports;
using XenDomains.Toolstack;

namespace XenDomains.Service;

/// <summary>The guests on the bus, for panels and scripts: root may all, others what polkit lets them.</summary>
sealed class DomainsBus
{
    internal const string Name = "org.xendaemons.Domains1", Path = "/org/xendaemons/Domains1";
    const string Manage = Name + ".manage", Look = Name + ".look";
    const int MostRefused = 1000;
    const uint MayAsk = 1; // polkit's AllowUserInteraction
    static readonly TimeSpan ForPassword = TimeSpan.FromMinutes(2);

    const string Description = $"""
        <!DOCTYPE node PUBLIC "-//freedesktop//DTD D-BUS Object Introspection 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/introspect.dtd">
        <node>
         <interface name="{Name}">
          <method name="List"><arg name="guests" type="a(sis)" direction="out"/></method>
          <method name="Start"><arg name="names" type="as" direction="in"/><arg name="went_well" type="b" direction="out"/></method>
          <method name="Stop"><arg name="names" type="as" direction="in"/><arg name="went_well" type="b" direction="out"/></method>
          <method name="Save"><arg name="names" type="as" direction="in"/><arg name="went_well" type="b" direction="out"/></method>
          <method name="Plan"><arg name="verb" type="s" direction="in"/><arg name="json" type="s" direction="out"/></method>
          <signal name="Progress"><arg name="verb" type="s"/><arg name="guest" type="s"/><arg name="stage" type="s"/><arg name="text" type="s"/></signal>
         </interface>
        </node>
        """;

    static readonly Dictionary<string, string> Methods = new(StringComparer.Ordinal) { ["List"] = "", ["Plan"] = "s", ["Start"] = "as", ["Stop"] = "as", ["Save"] = "as" };

    readonly IBus bus;
    readonly StartStop guests;
    readonly ILogger logger;
    readonly Func<CancellationToken> goingDown;
    readonly HashSet<uint> refused = [];

    DomainsBus(IBus bus, StartStop guests, ILogger logger, Func<CancellationToken> goingDown) => (this.bus, this.guests, this.logger, this.goingDown) = (bus, guests, logger, goingDown);

    /// <summary>Tells what happens to who listens.</summary>
    internal static IReport Progress(IBus bus, string verb) => new BusReport(bus, verb);

    /// <summary>Serves them from now on, as long as the bus is there.</summary>
    internal static void Serve(IBus bus, StartStop guests, ILogger logger, Func<CancellationToken> goingDown)
    {
        try
        {
            bus.Serve(Path, Description, Methods, new DomainsBus(bus, guests, logger, goingDown).AnswerAsync);
            bus.Own(Name);
        }
        catch (BusException e)
        {
            DomainsLog.CannotWork(logger, $"the bus does not let xendomains be {Name}: {e.Message}");
        }
    }

    async Task<BusAnswer> AnswerAsync(BusRequest request)
    {
        if (request.Interface != Name)
            throw new BusException(BusException.UnknownMethod, $"there is no interface {request.Interface}");
        switch (request.Member, request.Arguments)
        {
            case ("List", []):
                await AllowAsync(request, Look).ConfigureAwait(false);
                return new("a(sis)", [(await DoAsync(() => guests.LookAsync()).ConfigureAwait(false)).List()]);
            case ("Plan", ["start" or "stop"]):
                await AllowAsync(request, Look).ConfigureAwait(false);
                var facts = await DoAsync(() => guests.LookAsync()).ConfigureAwait(false);
                return new("s", request.Arguments[0] is "stop" ? PlanText.JsonOf(StopPlan.Make(facts, end: HostEnd.GoesDown)) : PlanText.JsonOf(StartPlan.Make(facts)));
            case ("Start", _) when goingDown().IsCancellationRequested:
                throw new BusException(BusException.Failed, "guests are being stopped");
            case ("Start", [object[] names]):
                return await WorkAsync(request, "start", names, (progress, only) => guests.StartAsync(progress, only, new HashSet<string>(), Remark, goingDown())).ConfigureAwait(false);
            case ("Stop", [object[] names]):
                return await WorkAsync(request, "stop", names, (progress, only) => guests.StopAsync(progress, only, null, Remark)).ConfigureAwait(false);
            case ("Save", [object[] names]):
                return await WorkAsync(request, "save", names, (progress, only) => guests.StopAsync(progress, only, [StopWay.Save], Remark)).ConfigureAwait(false);
            default:
                throw new BusException(BusException.UnknownMethod, $"{Name} has no method {request.Member} that takes \"{request.Signature}\"");
        }
    }

    async Task<BusAnswer> WorkAsync(BusRequest request, string verb, object[] names, Func<Progress, IReadOnlySet<string>?, Task<bool>> work)
    {
        await AllowAsync(request, Manage).ConfigureAwait(false);
        IReadOnlySet<string>? only = names.Length == 0 ? null : names.Cast<string>().ToHashSet(StringComparer.Ordinal);
        var progress = new Progress(verb, new LogReport(logger), new BusReport(bus, verb));
        return new("b", await DoAsync(() => work(progress, only)).ConfigureAwait(false));
    }

    static async Task<T> DoAsync<T>(Func<Task<T>> work)
    {
        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (Exception e) when (e is ToolstackException or IOException or UnauthorizedAccessException)
        {
            throw new BusException(BusException.Failed, e.Message);
        }
    }

    async Task AllowAsync(BusRequest request, string action)
    {
        if (request.Uid == 0)
            return;
        try
        {
            object[] answer = await bus.CallAsync(new("org.freedesktop.PolicyKit1", "/org/freedesktop/PolicyKit1/Authority", "org.freedesktop.PolicyKit1.Authority", "CheckAuthorization", "(sa{sv})sa{ss}us",
                new object[] { "system-bus-name", new object[] { new object[] { "name", new Variant("s", request.Sender) } } }, action, Array.Empty<object>(), MayAsk, ""), ForPassword).ConfigureAwait(false);
            if (answer is [object[] and [true, ..]])
                return;
        }
        catch (BusException)
        {
            // No polkit on this host: then only root may.
        }
        lock (refused)
            if (refused.Count < MostRefused && refused.Add(request.Uid ?? uint.MaxValue))
                DomainsLog.Refused(logger, request.Uid ?? uint.MaxValue, request.Member); // once: whoever calls must not fill the log
        throw new BusException(BusException.AccessDenied, $"only root may, and whom polkit lets ({action})");
    }

    void Remark(string remark) => DomainsLog.Remark(logger, remark);

    sealed class BusReport(IBus bus, string verb) : IReport
    {
        public void Tell(string guest, Stage stage, string text) => bus.Emit(Path, Name, "Progress", "ssss", verb, guest, stage.ToString().ToLowerInvariant(), text);
    }
}

static class DomainsOnBus
{
    /// <summary>Each guest as (name, domid or -1, state).</summary>
    internal static object[] List(this Facts facts) =>
    [
        .. facts.Domains.Select(domain => new object[] { domain.Name, domain.Id, domain.State.ToString().ToLowerInvariant() }),
        .. facts.Auto.Where(config => config.Name is not null && facts.Domains.All(domain => domain.Name != config.Name)).Select(config => new object[] { config.Name!, -1, facts.Rebooting.Contains(config.Name!) ? "rebooting" : "absent" }),
    ];
}
