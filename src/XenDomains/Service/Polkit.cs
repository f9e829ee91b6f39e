using Tmds.DBus.Protocol;
using Xen.Bus;
using XenDomains.Reports;

namespace XenDomains.Service;

/// <summary>The rights on the bus: root may do everything, others what polkit allows them.</summary>
sealed class Polkit(ILogger logger)
{
    /// <summary>The right to start, stop and save guests.</summary>
    internal const string Manage = DomainsObject.InterfaceName + ".manage";

    /// <summary>The right to see the guests and their states.</summary>
    internal const string Look = DomainsObject.InterfaceName + ".look";

    const int MostRefused = 1000;
    const uint MayAsk = 1; // AllowUserInteraction
    static readonly TimeSpan ForPassword = TimeSpan.FromMinutes(2);

    readonly HashSet<uint> refused = [];

    /// <summary>Returns if the caller may do what the call asks for.</summary>
    /// <exception cref="DBusErrorReplyException">The caller may not.</exception>
    internal async Task AllowAsync(MethodContext context, string action)
    {
        string sender = context.Request.SenderAsString ?? "";
        var (bus, uid) = (context.Connection, await UidAsync(context.Connection, sender).ConfigureAwait(false));
        if (uid == 0 || await IsLetAsync(bus, sender, action).ConfigureAwait(false))
            return;
        uint who = uid ?? uint.MaxValue;
        lock (refused)
            if (refused.Count < MostRefused && refused.Add(who))
                DomainsLog.Refused(logger, who, context.Request.MemberAsString ?? ""); // once for each user: callers must not fill the log
        throw new DBusErrorReplyException(BusError.AccessDenied, $"only root may, and users that polkit allows ({action})");
    }

    // Null if the bus does not know the user.
    static async Task<uint?> UidAsync(DBusConnection bus, string sender)
    {
        try
        {
            return await bus.CallAsync(bus.NewCall(SystemBus.Bus, SystemBus.BusPath, SystemBus.Bus, "GetConnectionUnixUser", sender),
                static (answer, _) => answer.GetBodyReader().ReadUInt32()).ConfigureAwait(false);
        }
        catch (DBusExceptionBase)
        {
            return null;
        }
    }

    static async Task<bool> IsLetAsync(DBusConnection bus, string sender, string action)
    {
        try
        {
            return await bus.CallAsync(Question(bus, sender, action), static (answer, _) =>
            {
                var reader = answer.GetBodyReader();
                reader.AlignStruct();
                return reader.ReadBool();
            }, ForPassword).ConfigureAwait(false);
        }
        catch (DBusExceptionBase)
        {
            return false; // there is no polkit on this host, so only root may
        }
    }

    // CheckAuthorization for the caller, who is named by the name on the bus.
    static MessageBuffer Question(DBusConnection bus, string sender, string action)
    {
        using var writer = bus.GetMessageWriter();
        writer.WriteMethodCallHeader("org.freedesktop.PolicyKit1", "/org/freedesktop/PolicyKit1/Authority",
            "org.freedesktop.PolicyKit1.Authority", "CheckAuthorization", "(sa{sv})sa{ss}us");
        writer.WriteStructureStart();
        writer.WriteString("system-bus-name");
        var subject = writer.WriteDictionaryStart();
        writer.WriteDictionaryEntryStart();
        writer.WriteString("name");
        writer.WriteVariantString(sender);
        writer.WriteDictionaryEnd(subject);
        writer.WriteString(action);
        writer.WriteDictionaryEnd(writer.WriteDictionaryStart());
        writer.WriteUInt32(MayAsk);
        writer.WriteString("");
        return writer.CreateMessage();
    }
}
