using System.Net.Sockets;
using System.Text;
using Serilog;
using Serilog.Extensions.Logging;
using Xen.Hosting.Logging;
using XenStored.Logs;

namespace XenStored.Tests.Connections;

public sealed class JournalTests : IDisposable
{
    readonly TempFolder folder = new();
    readonly Socket journal = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = 5000 };
    readonly JournalSink sink;
    readonly Microsoft.Extensions.Logging.ILogger logger;

    public JournalTests()
    {
        journal.Bind(new UnixDomainSocketEndPoint(folder.File("journal")));
        sink = new("xenstored", folder.File("journal"));
        logger = new SerilogLoggerFactory(new LoggerConfiguration().WriteTo.Sink(sink).CreateLogger(), dispose: true).CreateLogger("test");
    }

    public void Dispose()
    {
        sink.Dispose();
        journal.Dispose();
        folder.Dispose();
    }

    [Fact]
    public void A_line_carries_the_fields_to_filter_by_and_a_stable_id()
    {
        StoreLog.HasPriority(logger, "d7", 7, 5, "/local/domain/7", 0);
        string entry = Receive();
        Assert.Contains("XENSTORE_CONNECTION=d7\n", entry, StringComparison.Ordinal);
        Assert.Contains("XENSTORE_PATH=/local/domain/7\n", entry, StringComparison.Ordinal);
        Assert.Contains("SYSLOG_IDENTIFIER=xenstored\n", entry, StringComparison.Ordinal);
        Assert.Contains("PRIORITY=6\n", entry, StringComparison.Ordinal);
        Assert.Contains($"MESSAGE_ID={JournalSink.MessageId("xenstored", 16)}\n", entry, StringComparison.Ordinal);
        StoreLog.Gone(logger, 7);
        Assert.Contains("XENSTORE_DOMID=7\n", Receive(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_value_of_several_lines_goes_with_its_length()
    {
        StoreLog.Printed(logger, "one\ntwo");
        Assert.Contains("MESSAGE\n\u0007\0\0\0\0\0\0\0one\ntwo\n", Receive(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_journal_that_is_gone_loses_lines_and_is_told_how_many()
    {
        using var gone = new JournalSink("xenstored", folder.File("nobody"));
        using var factory = new SerilogLoggerFactory(new LoggerConfiguration().WriteTo.Sink(gone).CreateLogger());
        var lonely = factory.CreateLogger("test");
        StoreLog.Ending(lonely);
        StoreLog.Ending(lonely);
        using var late = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = 5000 };
        late.Bind(new UnixDomainSocketEndPoint(folder.File("nobody")));
        StoreLog.Ending(lonely);
        byte[] bytes = new byte[4096];
        Assert.Contains("LINES_LOST=2\n", Encoding.UTF8.GetString(bytes, 0, late.Receive(bytes)), StringComparison.Ordinal);
    }

    string Receive()
    {
        byte[] bytes = new byte[4096];
        return Encoding.UTF8.GetString(bytes, 0, journal.Receive(bytes));
    }
}
