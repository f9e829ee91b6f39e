using Microsoft.Extensions.Logging.Abstractions;
using Xen.Hypervisor;
using Xen.Hypervisor.Choice;
using Xen.Linux.Loop;
using Xen.Protocol.Rings;
using Xen.Protocol.Wire;
using XenStored.Commands;
using XenStored.Connections.State;
using XenStored.Connections.Transports;
using XenStored.Daemon;
using XenStored.Logs;
using XenStored.Options;
using XenStored.Store;
using XenStored.Tree;
using XenStored.Tree.Storage;
using XenStored.Tree.Storage.Nodes;

namespace XenStored.Fuzz;

/// <summary>One run over some bytes. An exception is a find.</summary>
static class Targets
{
    internal static void Run(Target target, byte[] bytes)
    {
        switch (target)
        {
            case Target.Framer: Framer(bytes); break;
            case Target.Ring: Ring(bytes); break;
            case Target.Console: ConsoleTargets.Ring(bytes); break;
            case Target.Output: ConsoleTargets.Output(bytes); break;
            case Target.Stream: StreamTarget.Read(bytes); break;
            default: Core(bytes); break;
        }
    }

    static void Framer(ReadOnlySpan<byte> stream)
    {
        Span<byte> buffer = stackalloc byte[StorePath.BufferSize];
        while (MessageFramer.Next(stream, out var header, out int length) == Frame.Whole)
        {
            var arguments = new PayloadReader(stream.Slice(MessageHeader.Size, (int)header.Length));
            int count = arguments.Count;
            while (arguments.TryNext(out var argument))
            {
                count--;
                PayloadReader.TryDomid(argument, out _);
                PayloadReader.Atoi(argument);
                Permission.TryParse(argument, out _);
                if (StorePath.TryParse(argument, 1, buffer, out var path))
                    _ = path.Depth + path.RelativeLength + path.Parent.Bytes.Length;
            }
            if (count != 0)
                throw new InvalidOperationException("a NUL was missed");
            stream = stream[length..];
        }
    }

    static void Ring(byte[] bytes)
    {
        using var stage = new Stage();
        using var page = stage.Introduce(1);
        // Two bytes say where, one how many, then the bytes themselves.
        for (int at = 0; at + 3 <= bytes.Length;)
        {
            int offset = BitConverter.ToUInt16(bytes, at) % StorePage.Size;
            int length = Math.Min(Math.Min(bytes[at + 2], bytes.Length - at - 3), StorePage.Size - offset);
            bytes.AsSpan(at + 3, length).CopyTo(page.Bytes[offset..]);
            at += 3 + length;
            stage.Knock(1);
        }
        stage.Check();
    }

    static void Core(byte[] bytes)
    {
        using var stage = new Stage();
        using var page = stage.Introduce(1);
        var store = stage.Server.Store;
        var socket = stage.Server.Connections.Open(new Sink(), store.Sessions.Open(store.Domains.Home, isSocket: true)).Session;
        var dispatcher = new Dispatcher(stage.Server.Store, stage.Server.Status, stage.Server.LiveUpdate);
        // A byte for type and client, one for the transaction, one for the length, then the payload.
        for (int at = 0; at + 3 <= bytes.Length;)
        {
            var type = (MessageType)(bytes[at] & 31);
            int length = Math.Min(bytes[at + 2], bytes.Length - at - 3);
            var guest = stage.Server.Store.Domains.Find(1)?.Session;
            var session = (bytes[at] & 0x80) != 0 && guest is not null ? guest : socket;
            if (type is not (MessageType.Control or MessageType.Introduce)) // effects outside the store
                dispatcher.Handle(session, new(type, 0, bytes[at + 1], (uint)length), bytes.AsSpan(at + 3, length));
            at += 3 + length;
            stage.Server.Store.Publisher.PublishAndReclaim(16);
        }
        stage.Check();
    }

    /// <summary>A fresh server in this process.</summary>
    sealed class Stage : IDisposable
    {
        readonly string folder = Directory.CreateDirectory($"/dev/shm/xs-fuzz-{Environment.ProcessId}").FullName;
        readonly EventLoop loop = new();
        readonly StoreMemory memory;
        readonly HypervisorInterface hypervisor;
        readonly Trace trace = new();

        internal Stage()
        {
            memory = new(Path.Combine(folder, "store"), 8 << 20, 0);
            hypervisor = HypervisorChoice.Simulated(folder);
            Server = new(loop, memory, hypervisor, StoreOptions.Parse([]), trace, NullLogger.Instance);
            Server.DomainEvents.Start();
        }

        internal Server Server { get; }

        internal GuestPage Introduce(ushort domid)
        {
            if (Server.Store.DomainLife.Introduce(domid, 1) != XsError.None)
                throw new InvalidOperationException("the guest cannot be introduced");
            return hypervisor.GuestMemory.MapStorePage(domid, out _)!;
        }

        internal void Knock(ushort domid)
        {
            if (Connection.Of(Server.Store.Domains.Find(domid)?.Session) is { } connection)
                Server.Queues.Wake(connection);
            loop.Iterate(mayWait: false, Server.Scheduler.EndIteration);
        }

        /// <summary>Whatever came, the store is whole.</summary>
        internal void Check()
        {
            if (Audit.FirstFault(Server.Store) is { } fault)
                throw new InvalidOperationException(fault);
        }

        public void Dispose()
        {
            Server.Ends.CloseAll();
            trace.Dispose();
            hypervisor.Dispose();
            loop.Dispose();
            memory.Dispose();
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>A client that takes everything and says nothing.</summary>
    sealed class Sink : ITransport
    {
        public void Begin(IReadyHandler handler) { }
        public int Read(Span<byte> into, out TransferEnd end)
        {
            end = TransferEnd.Fine;
            return 0;
        }

        public int Write(ReadOnlySpan<byte> bytes, out TransferEnd end)
        {
            end = TransferEnd.Fine;
            return bytes.Length;
        }

        public bool EndRead(int unserved) => false;
        public Readiness ShowMoves(bool hasMore, bool wantsRead) => Readiness.None;
        public void Close() { }
    }
}
