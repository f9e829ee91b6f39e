using Xen.Hosting;
using Xen.Linux.Files;
using Xen.Linux.Processes;
using XenDomains.Configuration;
using XenDomains.Execution;
using XenDomains.Reports;
using XenDomains.Toolstack;

namespace XenDomains;

/// <summary>An operation on guests that a user asked for: its progress goes to the terminal and to the journal.</summary>
/// <param name="verb">start, stop or save.</param>
sealed class Operation(DomainsOptions options, DomainsConfig config, string verb)
{
    /// <summary>Does the work; true if all went well.</summary>
    internal async Task<bool> RunAsync(Func<StartStop, Progress, Action<string>, Task<bool>> work)
    {
        await using var guests = new StartStop(options, config);
        using var logs = DaemonHost.Journal("xendomains");
        using var factory = new Serilog.Extensions.Logging.SerilogLoggerFactory(logs);
        var logger = factory.CreateLogger("xendomains");
        bool hasTable = !options.IsQuiet && LiveTable.Fits;
        var progress = new Progress(verb,
            hasTable ? [new LogReport(logger)] : [new LogReport(logger), new LineReport(Console.Out, options.IsQuiet)]);
        try
        {
            var running = work(guests, progress, remark =>
            {
                DomainsLog.Remark(logger, remark);
                StandardError.WriteLine(remark); // a failure to write it cannot end the work
            });
            bool went = hasTable ? await LiveTable.ShowAsync(progress, running).ConfigureAwait(false) : await running.ConfigureAwait(false);
            DomainsLog.Summarise(logger, progress.Summary(), went);
            if (!options.IsQuiet || !went)
                Console.WriteLine(progress.Summary());
            return went;
        }
        catch (Exception e) when (FileFault.Is(e) || e is ToolstackException)
        {
            DomainsLog.CannotWork(logger, e.Message);
            Console.Error.WriteLine($"xendomains: {verb}: {e.Message}");
            return false;
        }
    }
}
