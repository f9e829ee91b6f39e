using System.Diagnostics;
using Xen.Client;

namespace XenCommons.Swap;

/// <summary>Asks the store for a live update, as xenstore-control does.</summary>
static class StoreUpdate
{
    static readonly TimeSpan Pause = TimeSpan.FromSeconds(1), ForCheck = TimeSpan.FromSeconds(30), Grace = TimeSpan.FromSeconds(60);

    /// <summary>Returns null when the other program serves, else why it does not.</summary>
    /// <param name="arguments">Its command line; null: that of the daemon that runs.</param>
    /// <param name="asWords">The store wants each word of it by itself (oxenstored).</param>
    /// <param name="seconds">How long clients are waited for.</param>
    /// <param name="isForced">What clients have begun is broken off after that time.</param>
    internal static async Task<string?> RunAsync(string socket, string program, string? arguments, bool asWords, int seconds, bool isForced)
    {
        try
        {
            await using var store = StoreClient.ConnectSocket(socket);
            return await RunAsync(store, program, arguments, asWords, seconds, isForced).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return "the store has not answered in time";
        }
        catch (IOException e)
        {
            return e.Message;
        }
    }

    static async Task<string?> RunAsync(StoreClient store, string program, string? arguments, bool asWords, int seconds, bool isForced)
    {
        Task<string> Ask(TimeSpan limit, params string[] words) => store.ControlAsync(["live-update", .. words]).WaitAsync(limit);
        string said = await Ask(ForCheck, "-f", program).ConfigureAwait(false);
        if (said == "OK" && arguments is not null)
            said = await Ask(ForCheck, ["-c", .. asWords ? arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries) : [arguments]])
                .ConfigureAwait(false);
        if (said != "OK")
            return said;
        string[] terms = ["-s", "-t", $"{seconds}", .. isForced ? (string[])["-F"] : []];
        var limit = TimeSpan.FromSeconds(seconds) + Grace;
        said = await NotBusyAsync(() => Ask(limit, terms), Pause, limit).ConfigureAwait(false);
        return said switch { "OK" => null, "BUSY" => "it is still busy with its live update", _ => said.TrimEnd() };
    }

    /// <summary>oxenstored says BUSY while clients have something begun, and is asked again.</summary>
    /// <returns>What it says at last: BUSY if it still does so after the limit.</returns>
    internal static async Task<string> NotBusyAsync(Func<Task<string>> ask, TimeSpan pause, TimeSpan limit)
    {
        string said;
        var waited = Stopwatch.StartNew();
        while ((said = await ask().ConfigureAwait(false)) == "BUSY" && waited.Elapsed < limit)
            await Task.Delay(pause).ConfigureAwait(false);
        return said;
    }
}
