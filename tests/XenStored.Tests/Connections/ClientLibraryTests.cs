using System.Diagnostics;
using XenStored.Tests.Support;

namespace XenStored.Tests.Connections;

/// <summary>
/// Clients as people have them, unchanged (tests/Peers/clients.sh): libxenstore of three versions of Xen beneath Debian's programs, and
/// Python's pyxs.
/// </summary>
public sealed class ClientLibraryTests : IDisposable
{
    readonly TempFolder folder = new();
    readonly StoreDaemon daemon;

    public ClientLibraryTests() => daemon = new(folder);

    public void Dispose()
    {
        daemon.Dispose();
        folder.Dispose();
    }

    [Theory]
    [InlineData("4.14")]
    [InlineData("4.17")]
    [InlineData("4.20")]
    public void Libxenstore_and_its_programs(string xen)
    {
        Assert.Equal("", Run(xen, "xenstore-write", "/a/b", "hello", "/a/c", "x")); // in a transaction
        Assert.Equal("hello\n", Run(xen, "xenstore-read", "/a/b"));
        Assert.Equal("b\nc\n", Run(xen, "xenstore-list", "/a"));
        Assert.Equal("", Run(xen, "xenstore-chmod", "/a/b", "n0", "r1"));
        Assert.Contains("(n0,r1)", Run(xen, "xenstore-ls", "-p", "/a"), StringComparison.Ordinal);
        Assert.Equal("/a/b = \"hello\"\n/a/c = \"x\"\n", Run(xen, "xenstore-ls", "-f", "/a"));
        Assert.Equal("", Run(xen, "xenstore-exists", "/a/b"));
        Assert.Equal("", Run(xen, "xenstore-rm", "/a"));
        Assert.NotEqual(0, Start(xen, "xenstore-exists", "/a/b").Status);
        Assert.NotEqual(0, Start(xen, "xenstore-read", "/a/b").Status);
    }

    [Theory]
    [InlineData("4.14")]
    [InlineData("4.17")]
    [InlineData("4.20")]
    public void Libxenstore_lists_what_is_longer_than_a_reply(string xen)
    {
        string[] names = [.. Enumerable.Range(10, 60).Select(i => i + new string('n', 100))];
        Run(xen, ["xenstore-write", .. names.SelectMany(name => new[] { "/long/" + name, "1" })]);
        Assert.Equal(string.Concat(names.Select(name => name + "\n")), Run(xen, "xenstore-list", "/long"));
    }

    [Theory]
    [InlineData("4.14")]
    [InlineData("4.17")]
    [InlineData("4.20")]
    public void Libxenstore_hears_of_changes(string xen)
    {
        using var watch = Process.Start(Command(xen, "xenstore-watch", "-n", "2", "/w"))!;
        Assert.Equal("/w", watch.StandardOutput.ReadLine());
        Run(xen, "xenstore-write", "/w/x", "1");
        Assert.Equal("/w/x", watch.StandardOutput.ReadLine());
        Assert.Null(watch.StandardOutput.ReadLine());
        watch.WaitForExit();
        Assert.Equal(0, watch.ExitCode);
    }

    [Fact]
    public void Pyxs()
    {
        string packages = Path.Combine(Clients(), "pyxs/usr/lib/python3/dist-packages");
        var python = Programs.Describe("python3", ["-c", Python, folder.File("socket")], [new("PYTHONPATH", packages)]);
        var (status, output, errors) = Programs.Run(python);
        Assert.True(status == 0 && output == "all well\n", $"{output}\n{errors}");
    }

    const string Python = """
        import errno, sys
        from pyxs import Client, PyXSError
        with Client(unix_socket_path=sys.argv[1]) as client:
            client[b"/a"] = b"1"
            assert client[b"/a"] == b"1"
            client.mkdir(b"/b/c")
            assert client.list(b"/b") == [b"c"]
            assert client.list(b"/b/c") == []
            client.set_perms(b"/b", [b"n0", b"r1"])
            assert client.get_perms(b"/b") == [b"n0", b"r1"]
            assert client.exists(b"/b") and not client.exists(b"/none")
            try:
                client[b"/none"]
                assert False
            except PyXSError as error:
                assert error.args[0] == errno.ENOENT
            assert client.get_domain_path(7) == b"/local/domain/7"
            assert client.is_domain_introduced(1) is False
            monitor = client.monitor()
            monitor.watch(b"/a", b"token")
            events = monitor.wait()
            assert tuple(next(events)) == (b"/a", b"token")
            client.transaction()
            client[b"/a/x"] = b"2"
            assert client.commit()
            assert tuple(next(events)) == (b"/a/x", b"token")
            monitor.unwatch(b"/a", b"token")
            for i in range(100):
                client[b"/a"] = str(i).encode()
            assert client[b"/a"] == b"99"
        print("all well")
        """;

    string Run(string xen, params string[] words)
    {
        var (status, output, errors) = Start(xen, words);
        Assert.True(status == 0, $"{string.Join(' ', words)} of Xen {xen}: {errors}");
        return output;
    }

    (int Status, string Output, string Errors) Start(string xen, params string[] words) => Programs.Run(Command(xen, words));

    ProcessStartInfo Command(string xen, params string[] words) =>
        Programs.Describe(Path.Combine(Clients(), xen, "run"), words, [new("XENSTORED_PATH", folder.File("socket"))]);

    static string Clients()
    {
        string clients = Checkout.Path("tests/Peers/cache/clients");
        return Directory.Exists(Path.Combine(clients, "pyxs"))
            ? clients
            : throw new DirectoryNotFoundException("the clients are not there: run `make -C tests/Peers`");
    }
}
