using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Xen.Posix;

namespace Xen.Bus.Native;

/// <summary>The bus through sd-bus. A connection of it belongs to one thread: all that others want done waits in a queue for that thread.</summary>
sealed unsafe class SdBusConnection : IBus
{
    static readonly TimeSpan DefaultLimit = TimeSpan.FromSeconds(25);

    readonly nint bus;
    readonly ConcurrentQueue<Action> wanted = new();
    readonly FileDescriptor bell = FileDescriptor.EventCounter();
    readonly List<GCHandle> handles = [];
    readonly List<nint> slots = [];
    readonly Thread thread;
    volatile bool isOver;

    /// <exception cref="BusException">There is no bus.</exception>
    internal SdBusConnection()
    {
        SdBus.Check(SdBus.sd_bus_open_system(out bus), "connect to the system bus");
        thread = new(Run) { IsBackground = true, Name = "bus" };
        thread.Start();
    }

    /// <inheritdoc/>
    public Task<object[]> CallAsync(BusCall call, TimeSpan? within = null)
    {
        var answer = new TaskCompletionSource<object[]>(TaskCreationOptions.RunContinuationsAsynchronously);
        Want(() =>
        {
            nint message = 0;
            var handle = GCHandle.Alloc(answer);
            try
            {
                SdBus.Check(SdBus.sd_bus_message_new_method_call(bus, out message, call.Destination, call.Path, call.Interface, call.Member), $"call {call.Member}");
                SdMessage.Append(message, call.Signature, call.Arguments);
                SdBus.Check(SdBus.sd_bus_call_async(bus, null, message, &Answered, GCHandle.ToIntPtr(handle), (ulong)(within ?? DefaultLimit).TotalMicroseconds), $"call {call.Member}");
            }
            catch (Exception e) when (e is BusException or ArgumentException or InvalidCastException)
            {
                handle.Free();
                answer.TrySetException(e);
            }
            finally
            {
                SdBus.sd_bus_message_unref(message);
            }
        });
        return answer.Task;
    }

    /// <inheritdoc/>
    public IDisposable OnSignal(string sender, string path, string @interface, string member, Action<object[]> handler)
    {
        var handle = Keep(new Listener(handler));
        nint slot = 0;
        Do(() => SdBus.Check(SdBus.sd_bus_add_match(bus, out slot, $"type='signal',sender='{sender}',path='{path}',interface='{@interface}',member='{member}'", &Signalled, handle), $"listen to {member}"));
        return new Subscription(() => Do(() => SdBus.sd_bus_slot_unref(slot)));
    }

    /// <inheritdoc/>
    public void Serve(string path, string description, IReadOnlyDictionary<string, string> methods, Func<BusRequest, Task<BusAnswer>> handler)
    {
        var handle = Keep(new Served(this, new(description, methods, handler)));
        Do(() =>
        {
            SdBus.Check(SdBus.sd_bus_add_object(bus, out nint slot, path, &Called, handle), $"serve {path}");
            slots.Add(slot);
        });
    }

    /// <inheritdoc/>
    public void Own(string name) => Do(() => SdBus.Check(SdBus.sd_bus_request_name(bus, name, 0), $"take the name {name}"));

    /// <inheritdoc/>
    public void Emit(string path, string @interface, string member, string signature, params object[] values) => Want(() =>
    {
        if (SdBus.sd_bus_message_new_signal(bus, out nint message, path, @interface, member) < 0)
            return;
        SdMessage.Append(message, signature, values);
        _ = SdBus.sd_bus_send(bus, message, null); // nobody need listen
        SdBus.sd_bus_message_unref(message);
    });

    /// <inheritdoc/>
    public void Dispose()
    {
        if (isOver)
            return;
        Do(() => SdBus.sd_bus_flush(bus));
        isOver = true;
        bell.Write(BitConverter.GetBytes(1UL));
        thread.Join();
        SdBus.sd_bus_flush_close_unref(bus);
        handles.ForEach(handle => handle.Free());
        bell.Dispose();
    }

    nint Keep(object what)
    {
        var handle = GCHandle.Alloc(what);
        lock (handles)
            handles.Add(handle);
        return GCHandle.ToIntPtr(handle);
    }

    void Want(Action action)
    {
        wanted.Enqueue(action);
        bell.Write(BitConverter.GetBytes(1UL));
    }

    // Has something done on the connection's thread, and waits for it.
    void Do(Action action)
    {
        if (Thread.CurrentThread == thread)
        {
            action();
            return;
        }
        var done = new TaskCompletionSource();
        Want(() =>
        {
            try
            {
                action();
                done.SetResult();
            }
            catch (BusException e)
            {
                done.SetException(e);
            }
        });
        done.Task.GetAwaiter().GetResult();
    }

    void Run()
    {
        Span<byte> count = stackalloc byte[sizeof(ulong)];
        while (!isOver)
        {
            while (wanted.TryDequeue(out var action))
                action();
            int more = SdBus.sd_bus_process(bus, null);
            if (more > 0)
                continue;
            if (more == 0)
                Poll.WaitFor(SdBus.sd_bus_get_fd(bus), (short)SdBus.sd_bus_get_events(bus), bell, Timeout());
            else
                Poll.WaitFor(-1, 0, bell, -1); // the bus went away: what is asked from now on is answered with an error by sd-bus itself
            bell.Read(count);
        }
    }

    // sd-bus tells an absolute time of CLOCK_MONOTONIC in microseconds, or the largest number for none.
    int Timeout()
    {
        if (SdBus.sd_bus_get_timeout(bus, out ulong at) < 0 || at == ulong.MaxValue)
            return -1;
        long left = (long)(at / 1000) - Environment.TickCount64;
        return (int)Math.Clamp(left + 1, 0, 60_000);
    }

    [UnmanagedCallersOnly]
    static int Answered(nint message, nint data, SdBus.Error* _)
    {
        var handle = GCHandle.FromIntPtr(data);
        var answer = (TaskCompletionSource<object[]>)handle.Target!;
        handle.Free();
        try
        {
            var error = SdBus.sd_bus_message_get_error(message);
            if (error is not null && error->Name is not null)
                answer.TrySetException(new BusException(SdBus.Text(error->Name), SdBus.Text(error->Message)));
            else
                answer.TrySetResult(SdMessage.Read(message));
        }
        catch (Exception e)
        {
            answer.TrySetException(e); // nothing may pass from here into the library
        }
        return 1;
    }

    [UnmanagedCallersOnly]
    static int Signalled(nint message, nint data, SdBus.Error* _)
    {
        try
        {
            ((Listener)GCHandle.FromIntPtr(data).Target!).Hear(SdMessage.Read(message));
        }
        catch (Exception)
        {
            // Nothing may pass from here into the library. A signal that is not what its interface says is nobody's.
        }
        return 0;
    }

    [UnmanagedCallersOnly]
    static int Called(nint message, nint data, SdBus.Error* _)
    {
        var served = (Served)GCHandle.FromIntPtr(data).Target!;
        served.Connection.Take(message, served);
        return 1;
    }

    void Take(nint message, Served served)
    {
        string @interface = SdBus.Text(SdBus.sd_bus_message_get_interface(message)), member = SdBus.Text(SdBus.sd_bus_message_get_member(message));
        SdBus.sd_bus_message_ref(message);
        if (@interface == "org.freedesktop.DBus.Introspectable")
        {
            Reply(message, new("s", served.What.Description));
            return;
        }
        string signature = SdBus.Text(SdBus.sd_bus_message_get_signature(message, 1));
        if (!served.What.Methods.TryGetValue(member, out string? expected) || expected != signature)
        {
            Refuse(message, new(BusException.UnknownMethod, $"there is no method {member} that takes \"{signature}\""));
            return;
        }
        BusRequest request;
        try
        {
            string sender = SdBus.Text(SdBus.sd_bus_message_get_sender(message));
            request = new(sender, UidOf(sender), @interface, member, signature, SdMessage.Read(message));
        }
        catch (Exception e) when (e is BusException or PosixException)
        {
            Refuse(message, e as BusException ?? new(BusException.Failed, e.Message));
            return;
        }
        _ = Task.Run(() => served.What.AnswerAsync(request, answer => Want(() =>
        {
            Reply(message, answer);
            Close(request);
        }), why => Want(() =>
        {
            Refuse(message, why);
            Close(request);
        })));
    }

    static void Close(BusRequest request)
    {
        foreach (var descriptor in request.Arguments.OfType<FileDescriptor>())
            descriptor.Dispose();
    }

    uint? UidOf(string sender)
    {
        if (SdBus.sd_bus_get_name_creds(bus, sender, SdBus.CredsEuid, out nint credentials) < 0)
            return null;
        uint? uid = SdBus.sd_bus_creds_get_euid(credentials, out uint number) >= 0 ? number : null;
        SdBus.sd_bus_creds_unref(credentials);
        return uid;
    }

    void Reply(nint call, BusAnswer answer)
    {
        if (SdBus.sd_bus_message_new_method_return(call, out nint message) >= 0)
        {
            try
            {
                SdMessage.Append(message, answer.Signature, answer.Values);
                _ = SdBus.sd_bus_send(bus, message, null); // the caller may have gone
            }
            catch (Exception e) when (e is BusException or ArgumentException or InvalidCastException)
            {
                SdBus.sd_bus_message_unref(message);
                Refuse(call, new(BusException.Failed, e.Message));
                return;
            }
            SdBus.sd_bus_message_unref(message);
        }
        SdBus.sd_bus_message_unref(call);
    }

    static void Refuse(nint call, BusException why)
    {
        fixed (byte* name = System.Text.Encoding.UTF8.GetBytes(why.Name + "\0"), text = System.Text.Encoding.UTF8.GetBytes(why.Message + "\0"))
        {
            var error = new SdBus.Error { Name = name, Message = text };
            _ = SdBus.sd_bus_reply_method_error(call, &error);
        }
        SdBus.sd_bus_message_unref(call);
    }

    sealed record Served(SdBusConnection Connection, ServedObject What);

    // Signals reach their handler one after the other, as they came, and never on the bus's own thread.
    sealed class Listener(Action<object[]> handler) : IThreadPoolWorkItem
    {
        readonly ConcurrentQueue<object[]> signals = new();
        int waiting;

        internal void Hear(object[] values)
        {
            signals.Enqueue(values);
            if (Interlocked.Increment(ref waiting) == 1)
                ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }

        public void Execute()
        {
            do
                if (signals.TryDequeue(out object[]? values))
                    handler(values);
            while (Interlocked.Decrement(ref waiting) > 0);
        }
    }

    sealed class Subscription(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
