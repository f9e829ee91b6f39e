using System.Runtime.InteropServices;

namespace Xen.Support;

/// <summary>A FIFO of 32-bit words: an event channel, or all that a daemon has, of the simulated hypervisor.</summary>
public sealed unsafe partial class Fifo : IDisposable
{
    const int ReadWrite = 2, NonBlocking = 0x800, CloseOnExec = 0x80000, Again = 11, Interrupted = 4, Exists = 17;
    const short Readable = 1, Writable = 4;
    const uint OwnerOnly = 0x180; // 0600
    const int MostAtOnce = 1024;

    readonly string path;
    readonly bool isBlocking;

    /// <summary>Opens it for both directions, so that neither end needs the other; makes it if it is not there.</summary>
    /// <param name="isBlocking">To wait for ever costs one system call then, and not two: for who measures.</param>
    public Fifo(string path, bool isBlocking = false)
    {
        (this.path, this.isBlocking) = (path, isBlocking);
        Make(path);
        Descriptor = open(path, ReadWrite | CloseOnExec | (isBlocking ? 0 : NonBlocking));
        if (Descriptor < 0)
            throw Failure(path);
    }

    /// <summary>Readable while there are words.</summary>
    public int Descriptor { get; }

    /// <summary>All words were taken.</summary>
    public bool IsEmpty => !Poll(Readable, 0);

    /// <summary>Makes it if it is not there.</summary>
    public static void Make(string path)
    {
        if (mkfifo(path, OwnerOnly) < 0 && Marshal.GetLastPInvokeError() != Exists)
            throw Failure(path);
    }

    /// <summary>Puts a word. Where others have filled the FIFO it waits for space: a port of Xen's always has some.</summary>
    public void Put(uint word)
    {
        while (write(Descriptor, &word, sizeof(uint)) < 0)
            if (Marshal.GetLastPInvokeError() is not (Again or Interrupted) || !Poll(Writable, Wait.LimitMs))
                throw Failure(path);
    }

    /// <summary>Takes the words that are there.</summary>
    /// <returns>How many they were.</returns>
    public int Take() => isBlocking && !Poll(Readable, 0) ? 0 : Read();

    /// <summary>Waits until there are words, and takes them.</summary>
    /// <param name="limitMs">-1: for ever.</param>
    /// <returns>How many they were; 0: none came in time.</returns>
    public int TakeNext(int limitMs) => isBlocking && limitMs < 0 || Poll(Readable, limitMs) ? Read() : 0;

    /// <summary>Closes it.</summary>
    public void Dispose() => _ = close(Descriptor);

    int Read()
    {
        uint* words = stackalloc uint[MostAtOnce];
        return (int)Math.Max(read(Descriptor, words, MostAtOnce * sizeof(uint)), 0) / sizeof(uint);
    }

    bool Poll(short events, int limitMs)
    {
        var one = new PollFd { Descriptor = Descriptor, Events = events };
        return poll(&one, 1, limitMs) > 0;
    }

    static IOException Failure(string what) => new($"{what}: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");

    struct PollFd
    {
        internal int Descriptor;
        internal short Events, Returned;
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int mkfifo(string path, uint mode);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint read(int descriptor, void* to, nint count);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint write(int descriptor, void* from, nint count);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int poll(PollFd* descriptors, ulong count, int limitMs);

    [LibraryImport("libc")]
    private static partial int close(int descriptor);
}
