using System.Runtime.InteropServices;
using System.Text;
using Xen.Hosting;
using Xen.Linux;
using XenCommons.Screens;
using XenCommons.Sources;
using XenCommons.Top.Readings;
using XenCommons.Top;

namespace XenCommons;

/// <summary>
/// `xencommons top`: shows who asks what of the store. On a terminal it goes on; for a script it prints a table, or objects.
/// </summary>
static class TopCommand
{
    const int Well = 0, Failed = 1;

    static readonly FileDescriptor Output = new(1);

    internal static async Task<int> RunAsync(CommonsOptions options)
    {
        var state = new TopState
        {
            Kind = options.ShowsClients ? TopKind.Clients : TopKind.Domains,
            Sort = options.Sort,
            Filter = options.Filter,
        };
        var pause = TimeSpan.FromSeconds(options.IntervalSeconds);
        var source = new TopSource(options.Hypervisor, options.Programs ?? AppContext.BaseDirectory);
        await using (source.ConfigureAwait(false))
        {
            if (options.IsJson && !options.IsOnce)
                return await PrintUntilEndedAsync(source, state, pause).ConfigureAwait(false);
            if (options.IsOnce || options.IsJson || !IsScreen)
                return await PrintOnceAsync(source, state, pause, options.IsJson).ConfigureAwait(false);
            using var top = new LiveTop(source, state, pause, HasColours);
            return await top.RunAsync().ConfigureAwait(false) ? Well : Failed;
        }
    }

    // A terminal that can move its cursor.
    static bool IsScreen => !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb");

    // https://no-color.org
    static bool HasColours => string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));

    static async Task<int> PrintOnceAsync(TopSource source, TopState state, TimeSpan pause, bool isJson)
    {
        var (before, trouble) = await source.ReadAsync().ConfigureAwait(false);
        TopReading? now = null;
        if (before is not null)
        {
            await Task.Delay(pause).ConfigureAwait(false);
            (now, trouble) = await source.ReadAsync().ConfigureAwait(false);
        }
        if (now is null)
        {
            DaemonHost.SayWhy("xencommons", trouble);
            return Failed;
        }
        var load = TopLoad.Of(before, now);
        return Print(isJson ? TopJson.Of(load, state, DateTimeOffset.UtcNow) : Text(state, load)) ?? Well;
    }

    // A signal ends it as q ends the other one, whatever it waits for.
    static async Task<int> PrintUntilEndedAsync(TopSource source, TopState state, TimeSpan pause)
    {
        var ended = new TaskCompletionSource<int>();
        var signals = LiveTop.Ends.Select(end => PosixSignalRegistration.Create(end, signal =>
        {
            signal.Cancel = true;
            ended.TrySetResult(Well);
        })).ToList();
        var first = await Task.WhenAny(Task.Run(() => PrintForEverAsync(source, state, pause)), ended.Task).ConfigureAwait(false);
        signals.ForEach(signal => signal.Dispose());
        return await first.ConfigureAwait(false);
    }

    static async Task<int> PrintForEverAsync(TopSource source, TopState state, TimeSpan pause)
    {
        TopReading? before = null;
        string last = "";
        while (!Poll.IsForNobody(Output)) // else it would not end while the store is away and nothing is written
        {
            var (now, trouble) = await source.ReadAsync().ConfigureAwait(false);
            if (now is null && trouble != last)
                DaemonHost.SayWhy("xencommons", trouble); // and it goes on: a store that restarts is back soon
            if (now is not null && before is not null
                && Print(TopJson.Of(TopLoad.Of(before, now), state, DateTimeOffset.UtcNow)) is { } status)
                return status;
            (before, last) = (now ?? before, trouble);
            await Task.Delay(pause).ConfigureAwait(false);
        }
        return Well;
    }

    static string Text(TopState state, TopLoad load) =>
        string.Join('\n', TableWriter.PlainLines(TopPicture.Whole(state, load)).Where(line => line.Length > 0));

    // Console would pass over a pipe that nobody reads any more, and the program would go on for ever. Null: it is written. Else the status
    // to end with.
    static int? Print(string text)
    {
        int errno = Output.WriteAll(Encoding.UTF8.GetBytes(text + "\n"));
        if (errno == 0)
            return null;
        if (errno == Errno.EPIPE)
            return Well; // the reader has seen enough
        DaemonHost.SayWhy("xencommons", "standard output cannot be written: " + Errno.Text(errno));
        return Failed;
    }
}
