using System.Threading.Channels;
using Tmds.DBus.Protocol;

namespace Xen.Bus;

/// <summary>systemd's logind, or elogind: what it says of the host's shutdown and sleep (org.freedesktop.login1(5)).</summary>
public static class Logind
{
    internal const string Service = "org.freedesktop.login1", Path = "/org/freedesktop/login1", Manager = "org.freedesktop.login1.Manager";

    /// <summary>
    /// Hears a signal that tells whether something is about to begin (true) or is over (false). The handler gets them one after the other,
    /// as they came, and never on the thread that reads from the bus. It must not throw.
    /// </summary>
    /// <param name="signal">PrepareForShutdown or PrepareForSleep.</param>
    /// <exception cref="DBusExceptionBase">The bus refuses.</exception>
    public static async Task ListenAsync(DBusConnection connection, string signal, Action<bool> handler)
    {
        var heard = Channel.CreateUnbounded<bool>();
        // A reader that throws would end the connection, so it looks at the signature first.
        await connection.WatchSignalAsync(Service, Path, Manager, signal,
            static (message, _) => message.SignatureAsString == "b" ? message.GetBodyReader().ReadBool() : (bool?)null,
            (Notification<bool?> told) =>
            {
                if (told is { HasValue: true, Value: { } begins })
                    heard.Writer.TryWrite(begins);
            }, ObserverFlags.None, emitOnCapturedContext: false).ConfigureAwait(false);
        _ = HandAsync(heard.Reader, handler);
        await Task.Yield(); // off the thread that reads from the bus
    }

    /// <summary>Whether something is under way, by a property of logind's.</summary>
    /// <param name="property">PreparingForShutdown or PreparingForSleep.</param>
    /// <exception cref="DBusExceptionBase">There is no logind, or it does not say.</exception>
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
