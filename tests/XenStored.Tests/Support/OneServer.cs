using Xen.Hypervisor;
using Xen.Hypervisor.Choice;
using Xen.Linux.Loop;
using XenStored.Daemon;
using XenStored.Logs;
using XenStored.Options;
using XenStored.Tree;
using XenStored.Tree.Storage;

namespace XenStored.Tests.Support;

/// <summary>A server in this process, turned by hand.</summary>
sealed class OneServer : IDisposable
{
    readonly TempFolder folder;
    readonly EventLoop loop;
    readonly StoreMemory memory;
    readonly HypervisorInterface hypervisor;
    readonly Trace trace = new();
    readonly LoopTimer limit;
    bool hasMore = true;

    internal OneServer(params string[] options) : this(_ => { }, options) { }

    /// <summary>Over what is in the simulated hypervisor's folder already.</summary>
    internal OneServer(Action<string> prepare, params string[] options) : this(TempFolder.InMemory(), prepare, options)
    {
    }

    OneServer(TempFolder folder, Action<string> prepare, string[] options)
    {
        this.folder = folder;
        loop = new(fineClock: () => FineClock());
        limit = new(loop, () => { });
        memory = new(folder.File("store"), 64 << 20, 0);
        prepare(Directory.CreateDirectory(HypervisorFolder).FullName);
        hypervisor = HypervisorChoice.Simulated(HypervisorFolder);
        Server = new(loop, memory, hypervisor, StoreOptions.Parse(options), trace, new LineLogger(Log));
        Server.DomainEvents.Start();
    }

    /// <summary>On a hypervisor by hand.</summary>
    internal OneServer(FakeDomains domains)
    {
        folder = TempFolder.InMemory();
        loop = new(fineClock: () => FineClock());
        limit = new(loop, () => { });
        memory = new(folder.File("store"), 64 << 20, 0);
        hypervisor = HypervisorChoice.None() with { EventChannels = domains, GuestMemory = domains, Domains = domains };
        Server = new(loop, memory, hypervisor, StoreOptions.Parse([]), trace, new LineLogger(Log));
        Server.DomainEvents.Start();
    }

    internal Server Server { get; }

    /// <summary>Nanoseconds, by which looks before a sleep are measured. The loop calls it in each look.</summary>
    internal Func<long> FineClock { get; set; } = System.Diagnostics.Stopwatch.GetTimestamp;

    /// <summary>What was logged.</summary>
    internal List<string> Log { get; } = [];

    internal string HypervisorFolder => folder.File("hypervisor");

    /// <summary>Iterations until nothing moves.</summary>
    internal void Turn()
    {
        for (int i = 0; i < 20; i++)
            loop.Iterate(mayWait: false, Server.Scheduler.EndIteration);
    }

    /// <summary>One iteration that waits for something to happen, unless the last one left work.</summary>
    internal void TurnOnce(int milliseconds)
    {
        limit.At(loop.Now + milliseconds);
        hasMore = loop.Iterate(mayWait: !hasMore, Server.Scheduler.EndIteration);
        limit.Cancel();
    }

    /// <summary>The process dies here and now, and another one opens what it left.</summary>
    internal OneServer Reborn(params string[] options)
    {
        CloseFiles();
        return new(folder, _ => { }, options);
    }

    /// <summary>Changes a node's value, and publishes nothing.</summary>
    internal void Change(string path, string value)
    {
        var walk = new Walk(memory.Blocks);
        var known = StorePath.Trusted(System.Text.Encoding.ASCII.GetBytes(path));
        walk.To(memory.Root, known);
        Assert.True(Server.Store.Changes.TryMake(
            XenStored.Tree.Change.SetValue(walk, known, System.Text.Encoding.ASCII.GetBytes(value)), firesWatches: false));
    }

    internal ByteClient Connect()
    {
        var client = new ByteClient();
        client.Connection = Server.Connections.Open(client, Server.Store.Sessions.Open(Server.Store.Domains.Home, isSocket: true));
        return client;
    }

    internal void Deliver(ByteClient client, ReadOnlySpan<byte> bytes)
    {
        client.Input.AddRange(bytes);
        Server.Queues.Wake(client.Connection);
        Turn();
    }

    public void Dispose()
    {
        Server.Ends.CloseAll();
        CloseFiles();
        folder.Dispose();
    }

    void CloseFiles()
    {
        trace.Dispose();
        hypervisor.Dispose();
        loop.Dispose();
        memory.Dispose();
    }
}
