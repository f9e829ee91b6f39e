using Microsoft.Win32.SafeHandles;
using Tmds.DBus.Protocol;

namespace Xen.Bus;

/// <summary>
/// Delays a shutdown or sleep by logind (or elogind) while it is held, up to logind's own limit (InhibitDelayMaxSec=). It holds a
/// descriptor, and logind waits until the descriptor is closed.
/// </summary>
/// <param name="what">What is delayed: shutdown or sleep.</param>
/// <param name="who">The program that delays it, for systemd-inhibit --list.</param>
/// <param name="why">The reason, for systemd-inhibit --list.</param>
public sealed class LogindDelay(string what, string who, string why) : IDisposable
{
    SafeFileHandle? held;

    /// <summary>Takes the delay, and then releases an earlier one. Returns null, or the reason why logind gave none.</summary>
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

    /// <summary>Hands the delay to the caller: it ends when the result is disposed. Null if none is held.</summary>
    public IDisposable? HandOver() => Interlocked.Exchange(ref held, null);

    /// <summary>Ends the delay.</summary>
    public void Dispose() => HandOver()?.Dispose();
}
