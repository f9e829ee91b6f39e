using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Xen.Client;
using Xen.Linux;
using Xen.Protocol.Rings;

namespace XenConsoled.Tests.Support;

/// <summary>A guest's side of its console: a page and a port of the simulated hypervisor, and the keys that libxl writes for it.</summary>
sealed class SimulatedGuest : IDisposable
{
    const int PatienceMs = 60_000;

    readonly string folder;
    readonly FileDescriptor file;
    readonly Mapping mapping;
    readonly FileDescriptor events, bell;

    /// <summary>A domain that exists from now on; nobody was told yet.</summary>
    internal SimulatedGuest(string folder, ushort domid, uint port = 5)
    {
        (this.folder, Domid, Port) = (folder, domid, port);
        Directory.CreateDirectory(folder);
        FileDescriptor.MakeFifo(Path.Combine(folder, "evtchn"));
        FileDescriptor.MakeFifo(Path.Combine(folder, $"guest.{domid}"));
        file = FileDescriptor.OpenOrCreate(Path.Combine(folder, $"console.{domid}"));
        file.Truncate(0);
        file.Truncate(ConsolePage.Size);
        mapping = new(file, ConsolePage.Size, "console");
        events = FileDescriptor.OpenReadWrite(Path.Combine(folder, "evtchn"));
        bell = FileDescriptor.OpenReadWrite(Path.Combine(folder, $"guest.{domid}"));
        Bytes[ConnectionOffset] = 1;
    }

    internal const int WordsOffset = ConsolePage.InputSize + ConsolePage.OutputSize, ConnectionOffset = WordsOffset + 16;

    internal ushort Domid { get; }
    internal uint Port { get; set; }
    internal Span<byte> Bytes => mapping.Bytes(ConsolePage.Size);
    internal ConsolePage Page => new(Bytes);

    /// <summary>in_cons, in_prod, out_cons, out_prod, for who does not keep the rules.</summary>
    internal Span<uint> Words => MemoryMarshal.Cast<byte, uint>(Bytes.Slice(WordsOffset, 16));

    internal string Tty => $"/local/domain/{Domid}/console/tty";

    /// <summary>Does what libxl does at a domain's creation; answers the tty's path as soon as the daemon has told it.</summary>
    internal async Task<string> CreateAsync(StoreClient store, string name, params (string Key, string Value)[] more)
    {
        await WriteKeysAsync(store, name, more);
        await store.IntroduceAsync(Domid, 1, 9);
        return await TtyAsync(store);
    }

    internal Task WriteKeysAsync(StoreClient store, string name, params (string Key, string Value)[] more) => store.TransactAsync(async transaction =>
    {
        string home = $"/local/domain/{Domid}";
        await transaction.WriteAsync(home + "/name", name);
        foreach (var (key, value) in ((string Key, string Value)[])[("ring-ref", "77"), ("port", Port.ToString(CultureInfo.InvariantCulture)), ("type", "xenconsoled"), ("limit", "1048576"), ("output", "pty"), ("tty", ""), .. more])
            await transaction.WriteAsync($"{home}/console/{key}", value);
    });

    /// <summary>Waits as libxl does, ten seconds at most.</summary>
    internal async Task<string> TtyAsync(StoreClient store)
    {
        for (int waited = 0; ; waited += 5)
        {
            if (await store.ReadTextAsync(Tty) is { Length: > 0 } tty)
                return tty;
            Assert.True(waited < PatienceMs, "the daemon did not write console/tty in time");
            await Task.Delay(5);
        }
    }

    /// <summary>Wakes the daemon.</summary>
    internal void Notify()
    {
        uint word = (uint)Domid << 16 | Port;
        // Where another guest has filled the FIFO it waits for room: a port of Xen's is always there.
        for (int waited = 0; events.Write(MemoryMarshal.AsBytes(new ReadOnlySpan<uint>(in word))) == -Errno.EAGAIN && waited < PatienceMs; waited++)
            Thread.Sleep(1);
    }

    /// <summary>Writes all of it, as Linux does: as much as there is room for, an event, and again.</summary>
    internal void Write(ReadOnlySpan<byte> bytes)
    {
        long until = Environment.TickCount64 + PatienceMs;
        while (!bytes.IsEmpty)
        {
            int put = Page.Output.Put(bytes[..Math.Min(bytes.Length, 256)]);
            bytes = bytes[put..];
            if (put > 0)
                Notify();
            else
                Thread.Sleep(0);
            Assert.True(Environment.TickCount64 < until, $"the daemon took nothing for {PatienceMs} ms; {bytes.Length} bytes are left");
        }
    }

    internal void Write(string text) => Write(Encoding.UTF8.GetBytes(text));

    /// <summary>Reads so many bytes of what it is given.</summary>
    internal byte[] Read(int count)
    {
        var bytes = new byte[count];
        long until = Environment.TickCount64 + PatienceMs;
        for (int length = 0; length < count;)
        {
            int read = Page.Input.Peek(bytes.AsSpan(length));
            if (read > 0)
            {
                Page.Input.Advance(read);
                length += read;
                Notify();
                continue;
            }
            Assert.True(Environment.TickCount64 < until, $"only {length} of {count} bytes came: {Encoding.UTF8.GetString(bytes, 0, length)}");
            Thread.Sleep(1);
        }
        return bytes;
    }

    internal string ReadText(int count) => Encoding.UTF8.GetString(Read(count));

    /// <summary>How often it was woken since this was last asked.</summary>
    internal int TimesWoken()
    {
        Span<byte> words = stackalloc byte[4096];
        return Math.Max(bell.Read(words), 0) / 4;
    }

    /// <summary>Takes all that it wrote as taken: waits until the daemon has.</summary>
    internal void WaitUntilTaken()
    {
        long until = Environment.TickCount64 + PatienceMs;
        while (Words[2] != Words[3])
        {
            Assert.True(Environment.TickCount64 < until, "the daemon does not take what was written");
            Thread.Sleep(1);
        }
    }

    /// <summary>The domain is no more.</summary>
    internal async Task DieAsync(StoreClient store)
    {
        File.WriteAllText(Path.Combine(folder, $"dead.{Domid}"), "");
        await store.RemoveAsync($"/local/domain/{Domid}");
        await store.ReleaseAsync(Domid);
    }

    public void Dispose()
    {
        mapping.Dispose();
        file.Dispose();
        events.Dispose();
        bell.Dispose();
    }
}
