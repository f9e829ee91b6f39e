using Serilog.Core;
using Serilog.Events;
using Xen.Linux.Processes;

namespace Xen.Hosting.Logging;

/// <summary>Plain lines on standard error, for a terminal and for init systems that keep it.</summary>
/// <param name="identifier">The daemon's name, put before each line.</param>
public sealed class ConsoleSink(string identifier) : ILogEventSink
{
    /// <inheritdoc/>
    public void Emit(LogEvent logEvent)
    {
        string level = logEvent.Level switch
        {
            LogEventLevel.Fatal or LogEventLevel.Error => "error: ",
            LogEventLevel.Warning => "warning: ",
            _ => "",
        };
        StandardError.WriteLine($"{identifier}: {level}{PlainText.Of(logEvent)}{(logEvent.Exception is { } e ? "\n" + e : "")}");
    }
}
