using Tmds.DBus.Protocol;

namespace Xen.Bus;

/// <summary>Connects to the system's message bus and makes calls, with time limits. The library itself has none.</summary>
public static class SystemBus
{
    /// <summary>How long a call of a method may take by default.</summary>
    public static readonly TimeSpan ForAnswer = TimeSpan.FromSeconds(25);

    /// <summary>The bus's own name.</summary>
    public const string Bus = "org.freedesktop.DBus";

    /// <summary>The path of the bus's own object.</summary>
    public const string BusPath = "/org/freedesktop/DBus";

    const string Variable = "DBUS_SYSTEM_BUS_ADDRESS", Usual = "unix:path=/run/dbus/system_bus_socket";
    static readonly TimeSpan ForConnection = TimeSpan.FromSeconds(5);

    /// <summary>Connects to the bus.</summary>
    /// <param name="address">The bus's address. Null: the one in DBUS_SYSTEM_BUS_ADDRESS, else the usual one.</param>
    /// <exception cref="DBusConnectFailedException">There is no bus, it refuses, or it does not answer within 5 s.</exception>
    public static async Task<DBusConnection> ConnectAsync(string? address = null)
    {
        address ??= Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named ? named : Usual;
        var connection = new DBusConnection(address);
        try
        {
            await connection.ConnectAsync().AsTask().WaitAsync(ForConnection).ConfigureAwait(false);
            return connection;
        }
        catch (Exception e) when (e is DBusExceptionBase or TimeoutException)
        {
            connection.Dispose();
            throw new DBusConnectFailedException($"connect to the system bus at {address}: {e.Message}", e);
        }
    }

    /// <summary>Makes a call whose arguments are strings.</summary>
    public static MessageBuffer NewCall(this DBusConnection connection, string service, string path, string @interface, string member,
        params ReadOnlySpan<string> arguments)
    {
        using var writer = connection.GetMessageWriter();
        writer.WriteMethodCallHeader(service, path, @interface, member, arguments.IsEmpty ? null : new string('s', arguments.Length));
        foreach (string argument in arguments)
            writer.WriteString(argument);
        return writer.CreateMessage();
    }

    /// <summary>Calls a method and waits for its answer.</summary>
    /// <param name="within">How long that may take. Null: <see cref="ForAnswer"/>.</param>
    /// <exception cref="DBusExceptionBase">The answer is an error, is not the expected one, or does not come in time.</exception>
    public static async Task<T> CallAsync<T>(
        this DBusConnection connection, MessageBuffer call, MessageValueReader<T> read, TimeSpan? within = null)
    {
        var answer = connection.CallMethodAsync(call, read);
        try
        {
            return await answer.WaitAsync(within ?? ForAnswer).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            _ = DropAsync(answer);
            throw new DBusErrorReplyException(BusError.NoReply, $"there was no answer within {(within ?? ForAnswer).TotalSeconds:0.#} s");
        }
        catch (ObjectDisposedException e)
        {
            throw new DBusConnectionClosedException("the connection to the bus was given up", e);
        }
        finally
        {
            await Task.Yield(); // leaves the thread that reads from the bus, which the caller must not block
        }
    }

    /// <summary>Whether the bus itself answers. If so, it has got all messages that were sent before.</summary>
    public static async Task<bool> AnswersAsync(this DBusConnection connection, TimeSpan within)
    {
        try
        {
            var ping = connection.NewCall(Bus, BusPath, "org.freedesktop.DBus.Peer", "Ping");
            return await connection.CallAsync(ping, static (_, _) => true, within).ConfigureAwait(false);
        }
        catch (DBusExceptionBase)
        {
            return false;
        }
    }

    /// <summary>Reads a property of an object on the bus.</summary>
    /// <exception cref="DBusExceptionBase">It cannot be read.</exception>
    public static Task<VariantValue> PropertyAsync(
        this DBusConnection connection, string service, string path, string @interface, string name, TimeSpan within) =>
        connection.CallAsync(connection.NewCall(service, path, ServedObject.Properties, "Get", @interface, name),
            static (answer, _) => answer.GetBodyReader().ReadVariantValue(), within);

    /// <summary>The reason of a failure as a sentence. It is a D-Bus error's own text, without the error's name.</summary>
    public static string Reason(this Exception fault) => fault is DBusErrorReplyException error ? error.ErrorMessage : fault.Message;

    // An answer that comes too late may hold a descriptor, which must be closed.
    static async Task DropAsync<T>(Task<T> late)
    {
        try
        {
            (await late.ConfigureAwait(false) as IDisposable)?.Dispose();
        }
        catch (Exception e) when (e is DBusExceptionBase or ObjectDisposedException)
        {
            // Nobody waits for it any more.
        }
    }
}
