using System.Net.Sockets;
using System.Text;
using Xen.Client;
using Xen.Linux;
using Xen.Linux.Sockets;
using Xen.Protocol.Wire;

namespace Xen.Tests;

/// <summary>Our client against our store and against Debian's.</summary>
public sealed class StoreClientTests
{
    const string Ours = "ours", C = "c417", OCaml = "oxen";

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData(Ours), InlineData(C), InlineData(OCaml)]
    public async Task Nodes_are_written_read_listed_and_removed(string kind)
    {
        using var store = new StoreProcess(kind);
        await using var client = StoreClient.ConnectSocket(store.Socket);
        await client.WriteAsync("/test/a/b", "value");
        await client.WriteAsync("/test/a/raw", (byte[])[0, 1, 0, 255]);
        await client.MakeAsync("/test/a/empty");
        Assert.Equal("value", await client.ReadTextAsync("/test/a/b"));
        Assert.Equal([0, 1, 0, 255], await client.ReadAsync("/test/a/raw"));
        Assert.Equal("", await client.ReadTextAsync("/test/a/empty"));
        Assert.Equal(["b", "empty", "raw"], (await client.ListAsync("/test/a"))!.Order());
        Assert.Equal([], await client.ListAsync("/test/a/empty"));
        Assert.True(await client.RemoveAsync("/test/a"));
        Assert.Null(await client.ReadAsync("/test/a/b"));
        Assert.Null(await client.ListAsync("/test/a"));
        Assert.Null(await client.GetPermissionsAsync("/test/a"));
        Assert.False(await client.RemoveAsync("/test/a/b"));
    }

    [Theory]
    [InlineData(Ours), InlineData(C), InlineData(OCaml)]
    public async Task Several_nodes_are_read_at_once_in_the_order_in_which_they_are_named(string kind)
    {
        using var store = new StoreProcess(kind);
        await using var client = StoreClient.ConnectSocket(store.Socket);
        string[] paths = [.. Enumerable.Range(0, 100).Select(i => $"/test/{i}")];
        foreach (string path in paths.Where((_, i) => i % 3 != 0))
            await client.WriteAsync(path, path);
        byte[]?[] values = await client.ReadAllAsync(paths).WaitAsync(Patience);
        Assert.Equal(paths.Select((path, i) => i % 3 != 0 ? path : null),
            values.Select(value => value is null ? null : Encoding.UTF8.GetString(value)));
        Assert.Empty(await client.ReadAllAsync());
        var refused = await Assert.ThrowsAsync<StoreException>(() => client.ReadAllAsync("/test/1", "/test//2", "/test/4"));
        Assert.Equal("the store refuses to read /test//2: EINVAL", refused.Message);
        Assert.Equal(["/test/1"u8.ToArray()], await client.ReadAllAsync("/test/1"));
        store.Stop();
        await Assert.ThrowsAsync<IOException>(() => client.ReadAllAsync(paths)).WaitAsync(Patience);
    }

    [Theory]
    [InlineData(Ours), InlineData(C), InlineData(OCaml)]
    public async Task Permissions_are_set_and_read(string kind)
    {
        using var store = new StoreProcess(kind);
        await using var client = StoreClient.ConnectSocket(store.Socket);
        await client.MakeAsync("/test");
        await client.SetPermissionsAsync("/test", new(0, StoreAccess.None), new(0, StoreAccess.Read), new(0, StoreAccess.Both));
        Assert.Equal([new(0, StoreAccess.None), new(0, StoreAccess.Read), new(0, StoreAccess.Both)],
            await client.GetPermissionsAsync("/test"));
    }

    [Theory]
    [InlineData(Ours), InlineData(C)]
    public async Task A_directory_larger_than_a_message_is_listed_in_parts(string kind)
    {
        using var store = new StoreProcess(kind);
        await using var client = StoreClient.ConnectSocket(store.Socket);
        string[] names = [.. Enumerable.Range(0, 3000).Select(i => $"child-{i}")];
        await Task.WhenAll(names.Select(name => client.MakeAsync("/test/" + name)));
        Assert.Equal(names.Order(), (await client.ListAsync("/test"))!.Order());
    }

    [Fact]
    public async Task A_store_that_cannot_list_a_large_directory_hangs_nobody()
    {
        using var store = new StoreProcess(OCaml);
        await using var client = StoreClient.ConnectSocket(store.Socket);
        for (int i = 0; i < 900; i++)
            await client.MakeAsync($"/test/child-{i}");
        await Assert.ThrowsAnyAsync<IOException>(() => client.ListAsync("/test").WaitAsync(Patience)); // oxenstored ends the connection
    }

    [Theory]
    [InlineData(Ours), InlineData(C), InlineData(OCaml)]
    public async Task A_watch_is_a_stream_that_begins_with_the_path_itself(string kind)
    {
        using var store = new StoreProcess(kind);
        await using var client = StoreClient.ConnectSocket(store.Socket);
        await using var watch = await client.WatchAsync("/test");
        Assert.Equal("/test", await Next(watch));
        await client.WriteAsync("/test/a", "1");
        Assert.Equal("/test/a", await Next(watch));
        await client.WriteAsync("/elsewhere", "1");
        await client.WriteAsync("/test/b", "1");
        Assert.Equal("/test/b", await Next(watch));

        await watch.DisposeAsync();
        await client.WriteAsync("/test/c", "1");
        Assert.Null(await Next(watch));
    }

    [Theory]
    [InlineData(Ours), InlineData(C), InlineData(OCaml)]
    public async Task A_watch_may_call_back_for_each_change_until_it_is_disposed(string kind)
    {
        using var store = new StoreProcess(kind);
        await using var client = StoreClient.ConnectSocket(store.Socket);
        var heard = new System.Collections.Concurrent.ConcurrentQueue<string>();
        var watch = await client.WatchAsync("/test", heard.Enqueue);
        await using var after = await client.WatchAsync("/test"); // its events come after those of the first
        await Next(after);
        await client.WriteAsync("/test/a", "1");
        Assert.Equal("/test/a", await Next(after));
        Assert.Equal(["/test", "/test/a"], heard);

        await watch.DisposeAsync();
        await client.WriteAsync("/test/b", "1");
        Assert.Equal("/test/b", await Next(after));
        Assert.Equal(2, heard.Count);
    }

    [Fact]
    public async Task A_watch_of_a_depth_hears_no_deeper()
    {
        using var store = new StoreProcess(Ours);
        await using var client = StoreClient.ConnectSocket(store.Socket);
        await using var watch = await client.WatchAsync("/test", depth: 1);
        Assert.Equal("/test", await Next(watch));
        await client.WriteAsync("/test/a/deep", "1");
        await client.WriteAsync("/test/b", "1");
        Assert.Equal("/test/b", await Next(watch));
    }

    [Fact]
    public async Task A_store_that_knows_no_depth_refuses_and_the_client_goes_on()
    {
        using var store = new StoreProcess(C);
        await using var client = StoreClient.ConnectSocket(store.Socket);
        Assert.Equal(XsError.EINVAL, (await Assert.ThrowsAsync<StoreException>(() => client.WatchAsync("/test", depth: 1))).Error);
        await client.WriteAsync("/test", "1");
    }

    [Theory]
    [InlineData(Ours), InlineData(C), InlineData(OCaml)]
    public async Task Transactions_that_meet_are_made_again_until_all_have_counted(string kind)
    {
        const int Clients = 3, Each = 10;
        using var store = new StoreProcess(kind);
        await using (var first = StoreClient.ConnectSocket(store.Socket))
            await first.WriteAsync("/counter", "0");
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(_ => Task.Run(async () =>
        {
            await using var client = StoreClient.ConnectSocket(store.Socket);
            for (int i = 0; i < Each; i++)
                await client.TransactAsync(async transaction =>
                    await transaction.WriteAsync("/counter", $"{int.Parse((await transaction.ReadTextAsync("/counter"))!) + 1}"));
        }))).WaitAsync(Patience);
        await using var last = StoreClient.ConnectSocket(store.Socket);
        Assert.Equal($"{Clients * Each}", await last.ReadTextAsync("/counter"));
    }

    [Fact]
    public async Task A_store_that_lets_others_wait_is_waited_for()
    {
        using var folder = new TempFolder();
        string path = folder.File("socket");
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen(0); // as C xenstored nearly does: more than one that waits is told EAGAIN
        var connected = Enumerable.Range(0, 8).Select(_ => Task.Factory.StartNew(() => UnixSocket.TryConnect(path, out int _),
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToList();
        for (int i = 0; i < connected.Count; i++)
            (await listener.AcceptAsync()).Dispose();
        foreach (var one in await Task.WhenAll(connected).WaitAsync(Patience))
            Assert.NotNull(one);
    }

    [Theory]
    [InlineData(Ours), InlineData(C), InlineData(OCaml)]
    public async Task A_transaction_that_is_given_up_leaves_nothing(string kind)
    {
        using var store = new StoreProcess(kind);
        await using var client = StoreClient.ConnectSocket(store.Socket);
        await Assert.ThrowsAsync<InvalidOperationException>(() => client.TransactAsync(async transaction =>
        {
            await transaction.WriteAsync("/test/never", "1");
            throw new InvalidOperationException();
        }));
        Assert.Null(await client.ReadAsync("/test/never"));
    }

    [Theory]
    [InlineData(Ours), InlineData(C)]
    public async Task Many_threads_may_ask_at_once(string kind)
    {
        using var store = new StoreProcess(kind);
        await using var client = StoreClient.ConnectSocket(store.Socket);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(thread => Task.Run(async () =>
        {
            for (int i = 0; i < 100; i++)
            {
                await client.WriteAsync($"/test/{thread}", $"{i}");
                Assert.Equal($"{i}", await client.ReadTextAsync($"/test/{thread}"));
            }
        }))).WaitAsync(Patience);
    }

    [Theory]
    [InlineData(Ours), InlineData(C), InlineData(OCaml)]
    public async Task When_the_store_ends_requests_fail_watches_end_and_nobody_waits(string kind)
    {
        using var store = new StoreProcess(kind);
        await using var client = StoreClient.ConnectSocket(store.Socket);
        await using var watch = await client.WatchAsync("/test");
        await Next(watch);
        store.Stop();
        await client.Closed.WaitAsync(Patience);
        Assert.Null(await Next(watch));
        await Assert.ThrowsAsync<IOException>(() => client.ReadAsync("/test")).WaitAsync(Patience);
    }

    [Fact]
    public async Task A_refusal_says_what_was_asked_and_why()
    {
        using var store = new StoreProcess(Ours);
        await using var client = StoreClient.ConnectSocket(store.Socket);
        var refused = await Assert.ThrowsAsync<StoreException>(() => client.WriteAsync("/test//a", "1"));
        Assert.Equal("the store refuses to write /test//a: EINVAL", refused.Message);
        refused = await Assert.ThrowsAsync<StoreException>(() => client.WriteAsync("/test", new byte[5000]));
        Assert.Equal(XsError.E2BIG, refused.Error);
        await client.WriteAsync("/test", "the connection is alive");
    }

    [Fact]
    public void Where_no_store_is_the_message_says_what_to_look_at()
    {
        var nobody = Assert.Throws<PosixException>(() => StoreClient.ConnectSocket("/tmp/no-such-store"));
        Assert.Equal("connect /tmp/no-such-store: No such file or directory: does a xenstored run?", nobody.Message);
    }

    [Fact]
    public async Task Who_does_not_take_events_is_told_to_look_at_everything()
    {
        using var store = new StoreProcess(Ours);
        await using var client = StoreClient.ConnectSocket(store.Socket);
        await using var watch = await client.WatchAsync("/test");
        for (int i = 0; i < StoreWatch.MostWaiting + 10; i += 1000)
            await Task.WhenAll(Enumerable.Range(i, 1000).Select(one => client.WriteAsync($"/test/{one}", "1")));
        await client.WriteAsync("/test/last", "1");
        var heard = new HashSet<string>();
        while (heard.Add((await Next(watch))!) && !heard.Contains("/test/last"))
            continue;
        Assert.Contains("/test", heard);
        Assert.True(heard.Count < StoreWatch.MostWaiting);
    }

    [Theory]
    [InlineData(Ours), InlineData(C)]
    public async Task The_toolstacks_requests_are_there(string kind)
    {
        using var store = new StoreProcess(kind);
        await using var client = StoreClient.ConnectSocket(store.Socket);
        Assert.Equal("/local/domain/7", await client.HomeOfAsync(7));
        Assert.False(await client.IsIntroducedAsync(7));
        Assert.Contains("memreport", await client.ControlAsync("help"), StringComparison.Ordinal);
        Assert.Equal(XsError.ENOENT, (await Assert.ThrowsAsync<StoreException>(() => client.ReleaseAsync(7))).Error);
    }

    static async Task<string?> Next(StoreWatch watch) => await watch.NextAsync(new CancellationTokenSource(Patience).Token);
}
