using Xen.Hosting;
using Xen.Linux.Files;
using XenCommons.Exposition;
using XenCommons.Serving;
using XenCommons.Sources;

namespace XenCommons;

/// <summary>`xencommons metrics`: prints the figures of this host, writes them into a file, or serves such a file over HTTP.</summary>
static class MetricsCommand
{
    const int Well = 0;

    // Everybody may read it: the server is another user, and a client of the server may see it anyway.
    const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    internal static async Task<int> RunAsync(CommonsOptions options)
    {
        if (options.Serves)
            return MetricsServer.Run(options.MetricsFile ?? MetricsFile.Default, options.Listen);
        if (options.Every is { } pause)
            await WriteForEverAsync(options, TimeSpan.FromSeconds(pause)).ConfigureAwait(false);
        string text = await CollectAsync(options).ConfigureAwait(false);
        if (options.MetricsFile is { } file)
            AtomicFile.Write(file, text, mode: Mode);
        else
            Console.Write(options.AsOpenMetrics ? OpenMetrics.Of(text) : text);
        return Well;
    }

    // Where no timer starts it. What fails once is tried again: /run may be full for a while.
    static async Task WriteForEverAsync(CommonsOptions options, TimeSpan pause)
    {
        string file = options.MetricsFile ?? MetricsFile.Default, last = "";
        while (true)
        {
            try
            {
                AtomicFile.Write(file, await CollectAsync(options).ConfigureAwait(false), mode: Mode);
                last = "";
            }
            catch (Exception e) when (FileFault.Is(e))
            {
                if (e.Message != last)
                    DaemonHost.SayWhy("xencommons", e.Message);
                last = e.Message;
            }
            await Task.Delay(pause).ConfigureAwait(false);
        }
    }

    static Task<string> CollectAsync(CommonsOptions options) =>
        Collector.CollectAsync(options.Hypervisor, options.Programs ?? AppContext.BaseDirectory,
            () => CheckCommand.FindAsync(options, writes: false)); // nobody is to hear events of it twice a minute
}
