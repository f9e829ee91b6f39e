using Tmds.DBus.Protocol;

namespace Xen.Bus;

/// <summary>
/// A connection to the bus that is made again when it ends. The library itself never reconnects. A new connection has no names, objects or
/// matches, so the user of this class sets them up for each connection.
/// </summary>
/// <param name="address">The bus's address. Null: where <see cref="SystemBus.ConnectAsync"/> looks.</param>
public sealed class BusLink(string? address = null) : IDisposable
{
    static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1), LongestPause = TimeSpan.FromSeconds(30);
    static readonly TimeSpan ForSetUp = TimeSpan.FromMinutes(1);

    readonly CancellationTokenSource ended = new();
    readonly TaskCompletionSource tried = new(TaskCreationOptions.RunContinuationsAsynchronously);
    volatile DBusConnection? current;

    /// <summary>The connection; null while there is none.</summary>
    public DBusConnection? Current => current;

    /// <summary>Completes when the first connection was set up or failed.</summary>
    public Task Tried => tried.Task;

    /// <summary>
    /// Connects, and connects again whenever a connection ends, until this object is disposed. It returns at once.
    /// </summary>
    /// <param name="setUp">Sets a new connection up.</param>
    /// <param name="stay">Completes when the connection is not wanted any more. Null: when the connection has ended.</param>
    /// <param name="lacks">Called once, with the reason why there is no connection.</param>
    public void Start(Func<DBusConnection, Task> setUp, Func<DBusConnection, Task>? stay, Action<string> lacks) =>
        _ = Task.Run(() => KeepAsync(setUp, stay ?? (static connection => connection.DisconnectedAsync()), lacks));

    /// <summary>Sends a signal. Without a connection it does nothing.</summary>
    public void Send(Func<DBusConnection, MessageBuffer> signal)
    {
        try
        {
            if (current is { } connection)
                connection.TrySendMessage(signal(connection));
        }
        catch (Exception e) when (e is ObjectDisposedException or DBusExceptionBase or InvalidOperationException)
        {
            // The connection has just ended. The sender has other work to do and does not depend on the bus.
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        ended.Cancel();
        current?.Dispose();
    }

    async Task KeepAsync(Func<DBusConnection, Task> setUp, Func<DBusConnection, Task> stay, Action<string> lacks)
    {
        bool isReported = false;
        for (var pause = FirstPause; !ended.IsCancellationRequested; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                using var connection = current = await SystemBus.ConnectAsync(address).ConfigureAwait(false);
                if (ended.IsCancellationRequested)
                    return;
                await setUp(connection).WaitAsync(ForSetUp).ConfigureAwait(false); // the library itself has no limit
                await Task.Yield(); // leaves the thread that reads from the bus, on which the library completes its tasks
                tried.TrySetResult();
                pause = FirstPause;
                await stay(connection).ConfigureAwait(false);
            }
            catch (Exception e) // the edge of the link's task: after any failure the next connection may work
            {
                if (!isReported && !ended.IsCancellationRequested)
                    lacks(e.Reason());
                isReported = true;
            }
            current = null;
            tried.TrySetResult();
            await Task.Delay(pause, ended.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
