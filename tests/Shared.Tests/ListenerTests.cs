using Xen.Linux;
using Xen.Linux.Loop;
using Xen.Linux.Sockets;

namespace Xen.Tests;

/// <summary>A listening socket in a loop. What happens without descriptors is shown with a daemon (DaemonTests of xenstored).</summary>
public sealed class ListenerTests : IAcceptor, IDisposable
{
    readonly EventLoop loop = new();
    readonly string path = Path.Combine(Directory.CreateTempSubdirectory("listener").FullName, "socket");
    readonly List<FileDescriptor> accepted = [];

    [Fact]
    public void All_that_connect_are_accepted_some_in_each_iteration()
    {
        using var listener = new Listener(loop, path, 0x180, 200, this);
        var clients = Enumerable.Range(0, 100).Select(_ => UnixSocket.TryConnect(path, out int _)).ToList();
        Assert.DoesNotContain(null, clients);
        loop.Iterate(mayWait: false, () => false);
        Assert.InRange(accepted.Count, 1, 99);
        loop.Iterate(mayWait: false, () => false);
        Assert.Equal(100, accepted.Count);
        foreach (var client in clients)
            client!.Dispose();
    }

    // The read-only socket of the store: whoever connects again and again costs it little.
    [Fact]
    public void With_a_limit_further_clients_wait_until_a_tenth_of_a_second_is_over()
    {
        long now = 1000;
        using var slow = new EventLoop(() => now);
        using var listener = new Listener(slow, path, UnixSocket.Listen(path, 0x180, 200), this, keeps: false, mostInPeriod: 10);
        var clients = Enumerable.Range(0, 25).Select(_ => UnixSocket.TryConnect(path, out int _)!).ToList();
        foreach (var (time, count) in ((long, int)[])[(1000, 10), (1000, 10), (1050, 10), (1100, 10), (1101, 20), (1201, 20), (1202, 25)])
        {
            now = time;
            slow.Iterate(mayWait: false, () => false);
            Assert.Equal(count, accepted.Count);
        }
        clients.ForEach(client => client.Dispose());
    }

    [Fact]
    public void Where_something_is_already_it_does_not_listen()
    {
        File.WriteAllText(path, "");
        Assert.Throws<PosixException>(() => new Listener(loop, path, 0x180, 8, this));
        Assert.True(File.Exists(path));
    }

    [Fact]
    public void Its_file_goes_with_it()
    {
        using (new Listener(loop, path, 0x180, 8, this))
            Assert.True(UnixSocket.IsSocket(path));
        Assert.False(File.Exists(path));
    }

    void IAcceptor.Accepted(FileDescriptor client) => accepted.Add(client);

    void IAcceptor.NotAccepted(int errno) => Assert.Fail($"errno {errno}");

    public void Dispose()
    {
        foreach (var client in accepted)
            client.Dispose();
        loop.Dispose();
        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
    }
}
