using Tmds.DBus.Protocol;

namespace Xen.Bus;

/// <summary>
/// A connection to the bus that is made anew when it ends. The library never connects again. A new connection has no names, objects or
/// matches: whoever uses this sets them up for each one.
/// </summary>
/// <param name="address">Where the bus is; null: where <see cref="SystemBus.ConnectAsync"/> looks.</param>
public sealed class BusLink(string? address = null) : IDisposable
{
    static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1), LongestPause = TimeSpan.FromSeconds(30);
    static readonly TimeSpan ForSetUp = TimeSpan.FromMinutes(1);

    readonly CancellationTokenSource ended = new();
    readonly TaskCompletionSource tried = new(TaskCreationOptions.RunContinuationsAsynchronously);
    volatile DBusConnection? current;

    /// <summary>The connection; null while there is none.</summary>
    public DBusConnection? Current => current;

    /// <summary>Ends when the first connection was set up, or could not be made.</summary>
    public Task Tried => tried.Task;

    /// <summary>Connects, and connects again whenever a connection ends, until this is disposed. Nobody waits for it.</summary>
    /// <param name="setUp">Sets a new connection up.</param>
    /// <param name="stay">Ends when that connection is not wanted any more; null: when it has ended.</param>
    /// <param name="lacks">Told once why there is no connection.</param>
    public void Start(Func<DBusConnection, Task> setUp, Func<DBusConnection, Task>? stay, Action<string> lacks) =>
        _ = Task.Run(() => KeepAsync(setUp, stay ?? (static connection => connection.DisconnectedAsync()), lacks));

    /// <summary>Sends a signal; without a connection nobody could hear it.</summary>
    public void Send(Func<DBusConnection, MessageBuffer> signal)
    {
        try
        {
            if (current is { } connection)
                connection.TrySendMessage(signal(connection));
        }
        catch (Exception e) when (e is ObjectDisposedException or DBusExceptionBase or InvalidOperationException)
        {
            // It has just ended. Who sends is about other things, and is held up by no bus.
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
        bool isTold = false;
        for (var pause = FirstPause; !ended.IsCancellationRequested; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                using var connection = current = await SystemBus.ConnectAsync(address).ConfigureAwait(false);
                if (ended.IsCancellationRequested)
                    return;
                await setUp(connection).WaitAsync(ForSetUp).ConfigureAwait(false); // the library itself waits for ever
                await Task.Yield(); // off the thread that reads from the bus, on which the library's answers go on
                tried.TrySetResult();
                pause = FirstPause;
                await stay(connection).ConfigureAwait(false);
            }
            catch (Exception e) // the edge of the link's task: whatever it is, the next connection may do
            {
                if (!isTold && !ended.IsCancellationRequested)
                    lacks(e.Reason());
                isTold = true;
            }
            current = null;
            tried.TrySetResult();
            await Task.Delay(pause, ended.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
