using Tmds.DBus.Protocol;

namespace Xen.Bus;

/// <summary>
/// An object that we serve on the bus. An exception that left the library's handler would end the whole connection. So each call has a task
/// of its own, and an exception there becomes an error reply. Calls run in parallel.
/// </summary>
public abstract class ServedObject : IPathMethodHandler
{
    /// <summary>The name of the interface that reads properties.</summary>
    public const string Properties = "org.freedesktop.DBus.Properties";

    /// <summary>The number of calls of one connection that may wait for their answers. More are refused.</summary>
    public const int MostOfOneCaller = 32;

    readonly ServedMethod get, getAll, set;
    readonly CallLimit calls = new();

    /// <param name="path">The object's path.</param>
    protected ServedObject(string path)
    {
        Path = path;
        get = new("ss", GetAsync);
        getAll = new("s", GetAllAsync);
        set = new("ssv", static _ => throw new DBusErrorReplyException(BusError.PropertyReadOnly, "all properties can only be read"));
    }

    /// <inheritdoc/>
    public string Path { get; }

    /// <summary>The interfaces that the object serves.</summary>
    public abstract IReadOnlyList<ServedInterface> Interfaces { get; }

    bool IPathMethodHandler.HandlesChildPaths => false;

    ValueTask IPathMethodHandler.HandleMethodAsync(MethodContext context)
    {
        string sender = context.Request.SenderAsString ?? "";
        if (!calls.TryBegin(sender))
        {
            context.ReplyError(BusError.LimitsExceeded, "too many calls wait for their answers");
            return ValueTask.CompletedTask;
        }
        context.DisposesAsynchronously = true;
        _ = Task.Run(async () =>
        {
            try
            {
                await AnswerAsync(context).ConfigureAwait(false);
            }
            finally
            {
                calls.End(sender); // also if the connection ended before the answer
            }
        });
        return ValueTask.CompletedTask;
    }

    /// <summary>Throws if a caller may not read the properties of an interface. Without an override everybody may.</summary>
    protected virtual Task AllowReadingAsync(MethodContext context, string @interface) => Task.CompletedTask;

    async Task AnswerAsync(MethodContext context)
    {
        using (context)
            try
            {
                if (context.IsDBusIntrospectRequest)
                    context.ReplyIntrospectXml([.. Interfaces.Select(one => one.Xml), IntrospectionXml.DBusProperties]);
                else if (Find(context.Request) is { } method)
                    await method.AnswerAsync(context).ConfigureAwait(false);
                else
                    context.ReplyUnknownMethodError();
            }
            catch (Exception e) // the caller gets every failure as a reply, a fault of ours as well
            {
                context.ReplyError(e is DBusErrorReplyException error ? error.ErrorName : BusError.Failed, BusText.Of(e.Reason()));
            }
    }

    ServedMethod? Find(Message call)
    {
        var (@interface, member) = (call.InterfaceAsString, call.MemberAsString ?? "");
        var method = @interface == Properties
            ? member switch { "Get" => get, "GetAll" => getAll, "Set" => set, _ => null }
            : Interfaces.FirstOrDefault(one => one.Name == @interface)?.Methods.GetValueOrDefault(member);
        bool hasArguments = method is not null && method.Signature == (call.SignatureAsString ?? "")
            && call.UnixFdCount == method.Signature.Count('h'); // more descriptors than arguments would only stay open
        return hasArguments ? method : null;
    }

    async Task GetAsync(MethodContext context)
    {
        var (@interface, name) = NamesIn(context.Request);
        var served = Served(@interface);
        if (!served.PropertyValues.TryGetValue(name, out var value))
            throw new DBusErrorReplyException(BusError.UnknownProperty, $"{@interface} has no property {name}");
        await AllowReadingAsync(context, @interface).ConfigureAwait(false);
        using var writer = context.CreateReplyWriter("v");
        writer.WriteVariant(value());
        context.Reply(writer.CreateMessage());
    }

    async Task GetAllAsync(MethodContext context)
    {
        string @interface = context.Request.GetBodyReader().ReadString();
        var served = Served(@interface);
        await AllowReadingAsync(context, @interface).ConfigureAwait(false);
        Reply(context, served);
    }

    static void Reply(MethodContext context, ServedInterface served)
    {
        var writer = context.CreateReplyWriter("a{sv}");
        try
        {
            served.WriteProperties(ref writer);
            context.Reply(writer.CreateMessage());
        }
        finally
        {
            writer.Dispose();
        }
    }

    static (string Interface, string Name) NamesIn(Message call)
    {
        var reader = call.GetBodyReader();
        return (reader.ReadString(), reader.ReadString());
    }

    ServedInterface Served(string @interface) => Interfaces.FirstOrDefault(one => one.Name == @interface)
        ?? throw new DBusErrorReplyException(BusError.UnknownInterface, $"there is no interface {@interface} here");
}
