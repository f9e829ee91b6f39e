using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging.Abstractions;
using Xen.Hosting;
using Xen.Hypervisor.Choice;
using Xen.Linux;
using Xen.Linux.Files;
using Xen.Linux.Loop;
using Xen.Linux.Processes;
using Xen.Protocol.Wire;
using XenStored.Connections.State;
using XenStored.Handover;
using XenStored.Logs;
using XenStored.Options;
using XenStored.Streams.Contents;
using XenStored.Tree.Storage;

namespace XenStored.Daemon;

/// <summary>
/// Writes what a store knows for another xenstored. The store's process has ended, or stands still: this opens its file as the next process
/// would, and serves nobody.
/// </summary>
static class Departure
{
    /// <summary>
    /// Hands over to the program that the keeper becomes next: binds what that one is to have, and writes the stream. Nothing is published,
    /// so if this fails, the store goes on from where it was.
    /// </summary>
    internal static int HandOver(StoreOptions options)
    {
        var files = new UpdateFiles(options.SocketPath);
        try
        {
            files.TakeBack(options.RunFolder);
            File.Delete(files.Left);
            int version = files.Plan?.StreamVersion ?? options.StreamVersion;
            var loop = new EventLoop();
            var hypervisor = HypervisorChoice.Open(options.Hypervisor);
            if (options.HomePort != 0)
                hypervisor = hypervisor with { HomePort = options.HomePort };
            Keeper.CloseEventChannels();
            var (listener, clients) = Keeper.Kept(options.SocketPath);
            var (door, readers) = Keeper.Kept(options.ReaderPath);
            var memory = Opened(options, options.StateFile);
            var server = new Server(loop, memory, hypervisor, options, new Trace(), NullLogger.Instance, Keeper.Find(loop));
            server.Start(clients, readers);
            server.LiveUpdate.GoOn(became: files.Plan?.Program);
            ServeRest(server);
            string stream = UpdateFiles.StreamIn(options.RunFolder), part = stream + ".part";
            Write(server, version, part, listener, hypervisor.EventChannels.Descriptor);
            UpdateFiles.Mark(part);
            server.DomainEvents.Leave();
            GiveAway([listener, .. clients], ofReaders: [door, .. readers]);
            File.Move(part, stream, overwrite: true);
            File.Move(options.StateFile, files.Left, overwrite: true);
            hypervisor.EventChannels.Descriptor?.KeepOnExec(); // last: now it is the other program's
        }
        catch (Exception e) when (FileFault.Is(e) || e is InvalidDataException or ArgumentException)
        {
            files.Answer = $"The stream could not be written: {e.Message}";
            StandardError.WriteLine($"xenstored: {files.Answer}");
            return 1;
        }
        ProcessEnd.Now(0); // nothing is to be closed
        return 0;
    }

    // The other program would let readers write, so their sockets end with this one.
    static void GiveAway(FileDescriptor?[] sockets, FileDescriptor?[] ofReaders)
    {
        foreach (var socket in sockets)
            socket?.SetBlocking(true);
        foreach (var socket in ofReaders)
            socket?.CloseOnExec();
    }

    static void Say(StreamLosses losses)
    {
        foreach (string loss in losses.Sentences)
            StandardError.WriteLine($"xenstored: {loss}");
    }

    static void Write(Server server, int version, string target, FileDescriptor? listener, FileDescriptor? eventChannels)
    {
        using var stream = NewFile(target);
        var losses = StateExport.Write(stream, version, server.Store, listener?.Number, eventChannels?.Number);
        Say(losses);
        if (losses.Strangers > 0)
            throw new InvalidDataException("a domain without a ring has nodes");
    }

    static StoreMemory Opened(StoreOptions options, string file) =>
        new StoreOpening(file, options.StoreBytes, options.PrivilegedDomid, null, NullLogger.Instance).OpenAgain();

    // The stream can hold one unserved message of a client, so all but the last one are served here. A last message that begins a
    // transaction is not: the other program would not know the transaction's number. LiveUpdate has waited until it is the last one.
    static void ServeRest(Server server)
    {
        foreach (var session in server.Store.Sessions.All.ToArray())
            if (session is { IsSocket: true, IsReader: false } && Connection.Of(session) is { In.Bytes.Length: > 0 } connection)
                ServeRest(server, connection);
    }

    static void ServeRest(Server server, Connection connection)
    {
        ReadOnlySpan<byte> rest = connection.In.Bytes.ToArray();
        connection.In.Drop();
        while (connection.IsServed && MessageFramer.Next(rest, out var header, out int size) == Frame.Whole)
        {
            if (header.Type == MessageType.TransactionStart && rest.Length == size)
                break;
            server.Inbox.Handle(connection, header, rest.Slice(MessageHeader.Size, (int)header.Length));
            rest = rest[size..];
        }
        connection.In.Keep(rest);
    }

    /// <summary>Writes the state of the store that runs, or ran last, into a file. A store that runs stands still for a moment.</summary>
    internal static int Export(StoreOptions options, string target)
    {
        string state = options.StateFile, copy = $"{state}.export-{Environment.ProcessId}";
        if (!File.Exists(state))
        {
            StandardError.WriteLine($"xenstored: there is no state of a xenstored of this suite in {state}");
            return 1;
        }
        try
        {
            Copy(state, copy, PidFile.Read(options.PidFile));
            using var memory = Opened(options, copy);
            var server = new Server(new(), memory, HypervisorChoice.None(), options, new Trace(), NullLogger.Instance);
            using var stream = NewFile(target);
            Say(StateExport.Write(stream, options.StreamVersion, server.Store, null, null));
            return 0;
        }
        catch (InvalidDataException e)
        {
            StandardError.WriteLine($"xenstored: {state} cannot be read: {e.Message}");
            return 1;
        }
        finally
        {
            File.Delete(copy);
        }
    }

    // At any instant the file is as a store that is killed leaves it. So the store is stopped at one instant.
    static void Copy(string state, string copy, int? store)
    {
        bool runs = store is { } pid && ProcessTable.Arguments(pid) is [var program, ..] && Path.GetFileName(program) == "xenstored";
        // Nobody who ends this program meanwhile may leave the store as it stands then.
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => signal.Cancel = true);
        using var end = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => signal.Cancel = true);
        using var hangup = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal => signal.Cancel = true);
        if (runs && !ProcessTable.TryStop(store!.Value))
            throw new IOException($"process {store}, the store that runs, cannot be stopped for a moment");
        try
        {
            File.Copy(state, copy);
        }
        finally
        {
            if (runs)
                ProcessTable.GoOn(store!.Value);
        }
    }

    static FileStream NewFile(string path) => new(path, new FileStreamOptions
    {
        Mode = FileMode.Create,
        Access = FileAccess.Write,
        BufferSize = 1 << 20,
        UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
    });
}
