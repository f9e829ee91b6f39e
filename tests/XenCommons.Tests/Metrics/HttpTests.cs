using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace XenCommons.Tests.Metrics;

/// <summary>The server of figures: what it answers, and that no client keeps another from being answered.</summary>
public sealed class HttpTests : IDisposable
{
    const int MostConnections = 16, MostHead = 8192; // of the server
    const string Figures = "# HELP xen_a_total Help.\n# TYPE xen_a_total counter\nxen_a_total 1\n";

    readonly DaemonStage stage = new();
    readonly int port = FreePort.Find();

    public HttpTests() => File.WriteAllText(FiguresFile, Figures);

    string FiguresFile => stage.File("xen.prom");

    public void Dispose() => stage.Dispose();

    [Fact]
    public void Prometheus_gets_what_it_asks_for()
    {
        Serve();
        string plain = Ask("GET /metrics HTTP/1.1\r\nHost: x\r\nAccept: text/plain\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n", plain, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\n" + Figures, plain, StringComparison.Ordinal);
        string open = Ask("GET /metrics?x=1 HTTP/1.0\r\naccept: application/openmetrics-text;version=1.0.0,text/plain;q=0.5\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 200 OK\r\nContent-Type: application/openmetrics-text; version=1.0.0; charset=utf-8\r\n", open,
            StringComparison.Ordinal);
        Assert.EndsWith("# TYPE xen_a counter\nxen_a_total 1\n# EOF\n", open, StringComparison.Ordinal);
        Assert.EndsWith($"Content-Length: {Figures.Length}\r\nConnection: close\r\n\r\n", Ask("HEAD /metrics HTTP/1.1\r\n\r\n"),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n\r\n", "404")]
    [InlineData("GET /metrics/../etc/passwd HTTP/1.1\r\n\r\n", "404")]
    [InlineData("POST /metrics HTTP/1.1\r\nContent-Length: 0\r\n\r\n", "405")]
    [InlineData("GET http://other/metrics HTTP/1.1\r\n\r\n", "400")]
    [InlineData("GET /metrics HTTP/2\r\n\r\n", "400")]
    [InlineData("GET  /metrics HTTP/1.1\r\n\r\n", "400")]
    [InlineData("GET /metrics HTTP/1.1\r\nX: \0\r\n\r\n", "400")]
    [InlineData("\x16\x03\x01\x02\r\n\r\n", "400")]
    [InlineData("\r\n\r\n", "400")]
    public void Other_requests_get_a_status(string request, string status)
    {
        Serve();
        Assert.StartsWith($"HTTP/1.1 {status} ", Ask(request), StringComparison.Ordinal);
    }

    [Fact]
    public void A_request_without_end_is_refused_and_the_next_is_answered()
    {
        Serve();
        Assert.StartsWith("HTTP/1.1 431 ", Ask("GET /metrics HTTP/1.1\r\nX: ".PadRight(MostHead, 'x')), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 200 ", Ask("GET /metrics HTTP/1.1\r\n\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public void Figures_that_are_missing_or_old_are_an_error_and_no_truth()
    {
        Serve();
        File.SetLastWriteTimeUtc(FiguresFile, DateTime.UtcNow.AddMinutes(-6));
        Assert.Contains("HTTP/1.1 503", Ask("GET /metrics HTTP/1.1\r\n\r\n"), StringComparison.Ordinal);
        File.Delete(FiguresFile);
        Assert.Contains("is not there yet", Ask("GET /metrics HTTP/1.1\r\n\r\n"), StringComparison.Ordinal);
        File.WriteAllText(FiguresFile, Figures);
        Assert.StartsWith("HTTP/1.1 200 ", Ask("GET /metrics HTTP/1.1\r\n\r\n"), StringComparison.Ordinal);
    }

    // Those that say nothing, half of a request, or do not read: with one more than it has connections, the oldest is closed.
    [Fact]
    public void Slow_clients_keep_nobody_waiting()
    {
        File.WriteAllText(FiguresFile, "# HELP xen_a Help.\n# TYPE xen_a gauge\n"
            + string.Concat(Enumerable.Range(0, 300_000).Select(i => $"xen_a{{x=\"{i}\"}} 1\n"))); // more than a socket holds
        Serve();
        var slow = Enumerable.Range(0, MostConnections).Select(i =>
        {
            var client = Connect(isSmall: true);
            client.Send(Encoding.ASCII.GetBytes((i % 3) switch { 0 => "", 1 => "GET /met", _ => "GET /metrics HTTP/1.1\r\n\r\n" }));
            return client;
        }).ToList();
        string answer = Ask("GET /metrics HTTP/1.1\r\n\r\n");
        Assert.EndsWith("xen_a{x=\"299999\"} 1\n", answer, StringComparison.Ordinal);
        Assert.Equal(0, slow[0].Receive(new byte[1])); // the oldest was closed
        slow.ForEach(client => client.Dispose());
    }

    // What systemd does with xen-metrics.socket, whose socket is one that blocks.
    [Fact]
    public void It_serves_a_socket_that_it_is_given()
    {
        var activation = stage.StartDaemon("/usr/bin/systemd-socket-activate",
            ["-l", $"127.0.0.1:{port}", Checkout.Program("xencommons"), "metrics", "--serve", "--file=" + FiguresFile]);
        Listens(activation);
        for (int i = 0; i < 3; i++)
            Assert.StartsWith("HTTP/1.1 200 ", Ask("GET /metrics HTTP/1.1\r\n\r\n"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("9785")]
    [InlineData("localhost:9785")]
    [InlineData("127.0.0.1:0")]
    public void An_address_without_a_port_is_wrong_usage(string address) =>
        Assert.Equal(22, stage.RunProgram("xencommons", "metrics", "--serve", "--listen=" + address).Status);

    void Serve() => Listens(stage.StartDaemon("xencommons", "metrics", "--serve", "--file=" + FiguresFile, "--listen=" + Address));

    string Address => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}");

    void Listens(DaemonProcess daemon) => Until(() => daemon.Process.HasExited || CanConnect(), () => $"it does not listen\n{daemon.Said}");

    bool CanConnect()
    {
        try
        {
            Connect().Dispose();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    // A small one takes little before it is read.
    Socket Connect(bool isSmall = false)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = LimitMs };
        if (isSmall)
            socket.ReceiveBufferSize = 4096;
        socket.Connect(IPAddress.Loopback, port);
        return socket;
    }

    // All that comes until the server closes the connection.
    string Ask(string request)
    {
        using var socket = Connect();
        socket.Send(Encoding.Latin1.GetBytes(request));
        var all = new StringBuilder();
        byte[] part = new byte[64 * 1024];
        for (int count; (count = socket.Receive(part)) > 0;)
            all.Append(Encoding.UTF8.GetString(part, 0, count));
        return all.ToString();
    }
}
