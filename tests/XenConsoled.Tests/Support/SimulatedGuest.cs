using System.Diagnostics;
using System.Globalization;
using Xen.Client;

namespace XenConsoled.Tests.Support;

/// <summary>A guest with a console, and the keys that libxl writes for it.</summary>
sealed class SimulatedGuest(string folder, ushort domid, uint port = 5) : ConsoleGuest(folder, domid, port)
{
    readonly string folder = folder;

    internal string Tty => $"/local/domain/{Domid}/console/tty";

    /// <summary>Does what libxl does at a domain's creation; answers the tty's path as soon as the daemon has told it.</summary>
    internal async Task<string> CreateAsync(StoreClient store, string name, params (string Key, string Value)[] more)
    {
        await WriteKeysAsync(store, name, more);
        await store.IntroduceAsync(Domid, 1, 9);
        return await TtyAsync(store);
    }

    internal Task WriteKeysAsync(StoreClient store, string name, params (string Key, string Value)[] more)
    {
        (string Key, string Value)[] keys =
        [
            ("ring-ref", "77"), ("port", Port.ToString(CultureInfo.InvariantCulture)), ("type", "xenconsoled"),
            ("limit", "1048576"), ("output", "pty"), ("tty", ""), .. more,
        ];
        return store.TransactAsync(async transaction =>
        {
            string home = $"/local/domain/{Domid}";
            await transaction.WriteAsync(home + "/name", name);
            foreach (var (key, value) in keys)
                await transaction.WriteAsync($"{home}/console/{key}", value);
        });
    }

    /// <summary>Waits as libxl does.</summary>
    internal async Task<string> TtyAsync(StoreClient store)
    {
        string? tty = null;
        for (var waited = Stopwatch.StartNew(); tty is not { Length: > 0 }; tty = await store.ReadTextAsync(Tty))
        {
            Assert.True(waited.ElapsedMilliseconds < LimitMs, "the daemon did not write console/tty in time");
            await Task.Delay(5);
        }
        return tty;
    }

    /// <summary>The domain is no more.</summary>
    internal async Task DieAsync(StoreClient store)
    {
        File.WriteAllText(Path.Combine(folder, $"dead.{Domid}"), "");
        await store.RemoveAsync($"/local/domain/{Domid}");
        await store.ReleaseAsync(Domid);
    }
}
