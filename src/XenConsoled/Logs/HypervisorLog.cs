using System.Buffers.Binary;
using Xen.Hypervisor;
using Xen.Linux;
using Xen.Linux.Loop;
using XenConsoled.Core;

namespace XenConsoled.Logs;

/// <summary>
/// The hypervisor's console ring, copied to its file as it fills. How far it was read is kept in a file of its own, so that a daemon which
/// is started again goes on where it was. What the ring overwrote before it could be read is said in the log.
/// </summary>
sealed class HypervisorLog
{
    const int PieceSize = 16 * 1024;
    const int AgainMs = 1000, LossPauseMs = 60_000;

    readonly EventLoop loop;
    readonly LogThread thread;
    readonly HypervisorInterface hypervisor;
    readonly LogFile? file;
    readonly JournalLines? journal;
    readonly LogFormat format;
    readonly string positionFile;
    readonly ILogger logger;
    readonly LoopTimer again; // set after a failure, and while nobody tells that there is something new
    readonly byte[] piece = new byte[PieceSize];
    readonly List<byte> formatted = [];
    LogPlace place = LogPlace.LineStart;
    Trouble trouble;
    uint position;
    ulong lossTold;
    long nextLossTold;
    int port;
    bool isWriting, isAnnounced;

    /// <param name="file">Where it is written; null for only to the journal.</param>
    /// <param name="journal">The journal's share of it; null for none.</param>
    /// <param name="positionFile">Where the position is kept; on a file system that a reboot empties, as it empties the ring.</param>
    internal HypervisorLog(EventLoop loop, LogThread thread, HypervisorInterface hypervisor, LogFile? file, JournalLines? journal, LogFormat format,
        string positionFile, ILogger logger)
    {
        (this.loop, this.thread, this.hypervisor, this.file) = (loop, thread, hypervisor, file);
        (this.journal, this.format, this.positionFile, this.logger) = (journal, format, positionFile, logger);
        again = new(loop, Go);
    }

    /// <summary>Where it is written.</summary>
    internal string? Path => file?.Path;

    /// <summary>Bytes that were overwritten before they were read.</summary>
    internal ulong Lost { get; private set; }

    /// <summary>Bytes read.</summary>
    internal ulong Taken { get; private set; }

    /// <summary>Reads on from where an earlier process was, now and whenever the hypervisor tells that there is more.</summary>
    internal void Start()
    {
        port = hypervisor.EventChannels.BindVirq(Virq.ConsoleRing);
        if (port < 0)
            ConsoleLog.Polls(logger, Errno.Text(-port));
        try
        {
            byte[] kept = File.ReadAllBytes(positionFile);
            if (kept.Length == sizeof(uint))
                position = BinaryPrimitives.ReadUInt32LittleEndian(kept);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The first one since the host was started.
        }
        Go();
    }

    /// <summary>A port is pending that is no console's; it may be the one by which the hypervisor tells that its ring has more.</summary>
    internal void PortPending(int pending)
    {
        if (pending != port)
            return; // of a console that is not connected: it stays masked until it is
        Go();
        hypervisor.EventChannels.Unmask([pending]);
    }

    /// <summary>The file was moved away.</summary>
    internal void Reopen()
    {
        if (file is not null)
            thread.Do(file.Close);
    }

    // Takes what is new in the ring, until there is nothing more.
    void Go()
    {
        if (isWriting)
            return; // the outcome asks again
        again.Cancel();
        if (port < 0)
            again.At(loop.Now + AgainMs);
        uint at = position;
        int count = hypervisor.Host.ReadConsole(piece, ref at, out uint lost);
        if (count < 0)
            Fail("the hypervisor's log cannot be read", -count);
        else if (count > 0 || lost > 0)
            Put(piece.AsSpan(0, count), at, lost);
    }

    void Put(ReadOnlySpan<byte> bytes, uint at, uint lost)
    {
        formatted.Clear();
        var now = DateTime.Now;
        if (format.HasTimestamps && !isAnnounced)
            formatted.AddRange(LogLines.Opened(now));
        var after = LogLines.Format(lost, bytes, place, format, now, formatted);
        byte[] text = [.. formatted];
        int count = bytes.Length;
        isWriting = true;
        thread.Do(() =>
        {
            int errno = file?.Write(text) ?? 0;
            string? problem = file?.TakeProblem();
            if (errno == 0)
                Keep(at);
            loop.Post(() => Written(errno, problem, at, count, lost, after));
        });
    }

    void Written(int errno, string? problem, uint at, int count, uint lost, LogPlace after)
    {
        isWriting = false;
        if (problem is not null)
            ConsoleLog.NotPutAway(logger, Path ?? "", problem);
        if (errno != 0)
        {
            Fail($"{Path} cannot be written", errno);
            return;
        }
        if (trouble.Ends())
            ConsoleLog.HypervisorLogWorks(logger);
        isAnnounced = true;
        (position, place) = (at, after);
        Taken += (ulong)count;
        Lost += lost;
        TellOfLoss();
        journal?.Add(piece.AsSpan(0, count), "", loop.Now);
        Go();
    }

    // A hypervisor that says much, as with guests that make it, loses again and again.
    void TellOfLoss()
    {
        if (Lost == lossTold || loop.Now < nextLossTold)
            return;
        ConsoleLog.HypervisorLogLost(logger, Lost - lossTold);
        (lossTold, nextLossTold) = (Lost, loop.Now + LossPauseMs);
    }

    void Fail(string what, int errno)
    {
        again.At(loop.Now + AgainMs);
        if (trouble.Begins())
            ConsoleLog.HypervisorLogFails(logger, what, Errno.Text(errno));
    }

    void Keep(uint at)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, at);
        try
        {
            using var kept = FileDescriptor.OpenOrCreate(positionFile);
            kept.WriteAll(bytes); // over the old one: whoever dies here leaves one of the two
        }
        catch (PosixException)
        {
            // A daemon started again would write the ring's text twice, as C xenconsoled does each time.
        }
    }
}
