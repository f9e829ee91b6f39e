using System.Globalization;
using Xen.Hosting.Logging;
using XenConsoled.Core;
using XenConsoled.Lines;

namespace XenConsoled.Logs;

/// <summary>
/// One console's lines in the journal, with fields to search for: XEN_DOMAIN_ID, XEN_DOMAIN_NAME, XEN_DOMAIN_UUID, XEN_CONSOLE.
/// A guest may log only so many lines a second. The next line that is taken reports how many were left out.
/// </summary>
/// <param name="console">pv0, vuart0 or hypervisor.</param>
/// <param name="linesASecond">The rate. Twice as many are allowed at once.</param>
sealed class JournalLines(JournalSocket journal, string console, DomainIdentity? domain, int linesASecond)
{
    readonly LineCutter cutter = new();
    double credit = 2 * linesASecond;
    long last;
    long leftOut;

    /// <summary>Adds the console's output.</summary>
    /// <param name="now">Milliseconds of any monotonic clock.</param>
    internal void Add(ReadOnlySpan<byte> bytes, string name, long now)
    {
        credit = Math.Min(credit + (now - last) * linesASecond / 1000.0, 2 * linesASecond);
        last = now;
        cutter.Add(bytes, line => Send(line, name));
    }

    /// <summary>The console is gone. An unfinished line is its last.</summary>
    internal void End(string name) => cutter.End(line => Send(line, name));

    void Send(ReadOnlySpan<byte> line, string name)
    {
        if (credit < 1)
        {
            leftOut++;
            return;
        }
        credit--;
        var entry = new JournalEntry()
            .Add("MESSAGE", LineCutter.Shown(line)).Add("PRIORITY", "6").Add("SYSLOG_IDENTIFIER", "xen-console")
            .Add("XEN_CONSOLE", console);
        if (domain is { } guest)
            entry.Add("XEN_DOMAIN_ID", guest.Domid.ToString(CultureInfo.InvariantCulture)).Add("XEN_DOMAIN_NAME", name)
                .Add("XEN_DOMAIN_UUID", guest.Handle.ToString());
        if (leftOut > 0)
            entry.Add("XEN_LINES_LEFT_OUT", leftOut.ToString(CultureInfo.InvariantCulture));
        if (journal.Send(entry))
            leftOut = 0;
    }
}
