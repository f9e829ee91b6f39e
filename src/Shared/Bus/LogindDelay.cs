using Microsoft.Win32.SafeHandles;
using Tmds.DBus.Protocol;

namespace Xen.Bus;

/// <summary>
/// Delays what logind (or elogind) is about to do for as long as it is held, up to logind's own limit (InhibitDelayMaxSec=). It is a
/// descriptor: logind waits until it is closed.
/// </summary>
/// <param name="what">What is delayed: shutdown or sleep.</param>
/// <param name="who">Who delays it, for systemd-inhibit --list.</param>
/// <param name="why">Why, for the same.</param>
public sealed class LogindDelay(string what, string who, string why) : IDisposable
{
    SafeFileHandle? held;

    /// <summary>Takes it; one that was held is let go. Null, or why there is none.</summary>
    public async Task<string?> TakeAsync(DBusConnection connection)
    {
        try
        {
            var call = connection.NewCall(Logind.Service, Logind.Path, Logind.Manager, "Inhibit", what, who, why, "delay");
            var taken = await connection.CallAsync(call, static (answer, _) => answer.GetBodyReader().ReadHandle<SafeFileHandle>())
                .ConfigureAwait(false);
            Interlocked.Exchange(ref held, taken)?.Dispose();
            return null;
        }
        catch (DBusExceptionBase e)
        {
            return e.Reason();
        }
    }

    /// <summary>Gives it away: what is delayed goes on when the result is disposed. Null if none is held.</summary>
    public IDisposable? HandOver() => Interlocked.Exchange(ref held, null);

    /// <summary>Lets it go.</summary>
    public void Dispose() => HandOver()?.Dispose();
}
