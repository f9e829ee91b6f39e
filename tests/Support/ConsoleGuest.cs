using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace Xen.Support;

/// <summary>A guest's side of its console: a fresh page, and what a kernel writes into it and reads from it.</summary>
public class ConsoleGuest : GuestEnd
{
    const int InputSize = 1024, OutputSize = 2048; // as console.h has the page
    const int InputConsumed = 3072, InputProduced = 3076, OutputConsumed = 3080, OutputProduced = 3084, WordsSize = 16;

    /// <summary>Linux's hvc_xen puts no more at once.</summary>
    protected const int MostAtOnce = 256;

    /// <summary>Where the page has the byte that says whether somebody takes what the guest writes.</summary>
    public const int ConnectionOffset = 3088;

    /// <summary>A domain that exists from now on; nobody was told yet, and nobody listens.</summary>
    public ConsoleGuest(string folder, ushort domid, uint port) : base(folder, "console", domid, port, isBlocking: false)
    {
        Bytes.Clear();
        Bytes[ConnectionOffset] = 1;
    }

    /// <summary>What the guest reads.</summary>
    public GuestRing Input => Ring(0, InputSize, InputConsumed, InputProduced);

    /// <summary>What the guest writes.</summary>
    public GuestRing Output => Ring(InputSize, OutputSize, OutputConsumed, OutputProduced);

    /// <summary>in_cons, in_prod, out_cons, out_prod, for who does not keep the rules.</summary>
    public Span<uint> Words => MemoryMarshal.Cast<byte, uint>(Bytes.Slice(InputConsumed, WordsSize));

    /// <summary>Whether the guest is told that somebody takes what it writes.</summary>
    public bool IsConnected => Bytes[ConnectionOffset] == 0;

    /// <summary>Writes all of it, as Linux does: as much as fits, an event, and again.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        for (var waited = Stopwatch.StartNew(); !bytes.IsEmpty;)
        {
            int put = Output.Put(bytes[..Math.Min(bytes.Length, MostAtOnce)]);
            bytes = bytes[put..];
            if (put > 0)
                Notify();
            else if (waited.ElapsedMilliseconds < Wait.LimitMs)
                Thread.Sleep(0);
            else
                throw new TimeoutException($"the daemon took nothing for {Wait.LimitMs} ms; {bytes.Length} bytes are left");
        }
    }

    /// <summary>The same with text.</summary>
    public void Write(string text) => Write(Encoding.UTF8.GetBytes(text));

    /// <summary>Reads so many bytes of what it is given, as text.</summary>
    public string ReadText(int count)
    {
        byte[] bytes = new byte[count];
        int length = 0;
        Wait.Until(() =>
        {
            for (int taken; (taken = Input.Take(bytes.AsSpan(length))) > 0; length += taken)
                Notify();
            return length == count;
        }, () => $"only {length} of {count} bytes came: {Encoding.UTF8.GetString(bytes, 0, length)}");
        return Encoding.UTF8.GetString(bytes);
    }

    /// <summary>Waits until the daemon has taken all that was written.</summary>
    public void WaitUntilTaken() => Wait.Until(() => Output.Consumed == Output.Produced, "the daemon does not take what was written");
}
