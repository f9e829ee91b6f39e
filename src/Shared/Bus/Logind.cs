using System.Threading.Channels;
using Tmds.DBus.Protocol;

namespace Xen.Bus;

/// <summary>systemd's logind, or elogind, which announces the host's shutdown and sleep (org.freedesktop.login1(5)).</summary>
public static class Logind
{
    internal const string Service = "org.freedesktop.login1", Path = "/org/freedesktop/login1", Manager = "org.freedesktop.login1.Manager";

    /// <summary>
    /// Calls a handler for each signal that announces the beginning (true) or the end (false) of something. The handler gets the signals in
    /// order, one at a time, and never on the thread that reads from the bus. It must not throw.
    /// </summary>
    /// <param name="signal">PrepareForShutdown or PrepareForSleep.</param>
    /// <exception cref="DBusExceptionBase">The bus refuses.</exception>
    public static async Task ListenAsync(DBusConnection connection, string signal, Action<bool> handler)
    {
        var heard = Channel.CreateUnbounded<bool>();
        // An exception in the reader would end the connection, so the reader checks the signature first.
        await connection.WatchSignalAsync(Service, Path, Manager, signal,
            static (message, _) => message.SignatureAsString == "b" ? message.GetBodyReader().ReadBool() : (bool?)null,
            (Notification<bool?> signalled) =>
            {
                if (signalled is { HasValue: true, Value: { } begins })
                    heard.Writer.TryWrite(begins);
            }, ObserverFlags.None, emitOnCapturedContext: false).ConfigureAwait(false);
        _ = HandAsync(heard.Reader, handler);
        await Task.Yield(); // leaves the thread that reads from the bus
    }

    /// <summary>Reads a property of logind's that says whether something has begun and is not over.</summary>
    /// <param name="property">PreparingForShutdown or PreparingForSleep.</param>
    /// <exception cref="DBusExceptionBase">There is no logind, or it does not answer.</exception>
    public static async Task<bool> IsAsync(DBusConnection connection, string property, TimeSpan within)
    {
        var value = await connection.PropertyAsync(Service, Path, Manager, property, within).ConfigureAwait(false);
        return value.Type == VariantValueType.Bool && value.GetBool();
    }

    static async Task HandAsync(ChannelReader<bool> heard, Action<bool> handler)
    {
        await foreach (bool begins in heard.ReadAllAsync().ConfigureAwait(false))
            handler(begins);
    }
}
