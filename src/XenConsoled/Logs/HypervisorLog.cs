using System.Buffers.Binary;
using Xen.Hypervisor;
using Xen.Hypervisor.Answers;
using Xen.Linux.Files;
using Xen.Linux;
using Xen.Linux.Loop;
using XenConsoled.Core;
using XenConsoled.Lines;

namespace XenConsoled.Logs;

/// <summary>
/// Copies the hypervisor's console ring to its log file as the ring fills. A file holds the position, so that a restarted daemon goes on
/// from there. The log reports what the ring overwrote before it was read.
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
    readonly LoopTimer again; // set after a failure, and if no event channel reports new output
    readonly byte[] piece = new byte[PieceSize];
    readonly List<byte> formatted = [];
    LogPlace place = LogPlace.LineStart;
    Trouble trouble;
    uint position;
    ulong lossReported;
    long nextLossReport;
    int port;
    bool isWriting, isAnnounced;

    /// <param name="file">The log file; null to write to the journal only.</param>
    /// <param name="journal">The hypervisor's lines in the journal; null for none.</param>
    /// <param name="positionFile">Holds the position. A reboot must empty its file system, because it empties the ring too.</param>
    internal HypervisorLog(EventLoop loop, LogThread thread, HypervisorInterface hypervisor, LogFile? file, JournalLines? journal,
        LogFormat format, string positionFile, ILogger logger)
    {
        (this.loop, this.thread, this.hypervisor, this.file) = (loop, thread, hypervisor, file);
        (this.journal, this.format, this.positionFile, this.logger) = (journal, format, positionFile, logger);
        again = new(loop, Go);
    }

    /// <summary>The log file's path; null if there is none.</summary>
    internal string? Path => file?.Path;

    /// <summary>Bytes that the ring overwrote before they were read.</summary>
    internal ulong Lost { get; private set; }

    /// <summary>Bytes read.</summary>
    internal ulong Taken { get; private set; }

    /// <summary>Reads from the position of an earlier process, now and whenever the hypervisor reports more.</summary>
    internal void Start()
    {
        port = hypervisor.EventChannels.BindVirq(Virq.ConsoleRing);
        if (port < 0)
            ConsoleLog.Polls(logger, Errno.Text(-port));
        byte[] kept = FileFault.Otherwise(() => File.ReadAllBytes(positionFile), []); // no file: there is no position since the boot
        if (kept.Length == sizeof(uint))
            position = BinaryPrimitives.ReadUInt32LittleEndian(kept);
        Go();
    }

    /// <summary>A port that belongs to no console is pending. It may be the port on which the hypervisor reports more output.</summary>
    internal void PortPending(int pending)
    {
        if (pending == port) // else its console is not connected: the port stays masked until it is
            AnyPortPending();
    }

    /// <summary>The hypervisor may have reported more output, and nobody knows on which ports events came.</summary>
    internal void AnyPortPending()
    {
        Go();
        if (port > 0)
            hypervisor.EventChannels.Unmask([port]);
    }

    /// <summary>The file was moved away.</summary>
    internal void Reopen()
    {
        if (file is not null)
            thread.Do(file.Close);
    }

    // Takes new output from the ring until there is no more.
    void Go()
    {
        if (isWriting)
            return; // the outcome calls Go again
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
            ConsoleLog.NotRotated(logger, Path ?? "", problem);
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
        ReportLoss();
        journal?.Add(piece.AsSpan(0, count), "", loop.Now);
        Go();
    }

    // A busy hypervisor, for example one that guests make log, loses output repeatedly: losses are logged at most once in a period.
    void ReportLoss()
    {
        if (Lost == lossReported || loop.Now < nextLossReport)
            return;
        ConsoleLog.HypervisorLogLost(logger, Lost - lossReported);
        (lossReported, nextLossReport) = (Lost, loop.Now + LossPauseMs);
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
            kept.WriteAll(bytes); // in place: if the process dies here, the old or the new position is left
        }
        catch (PosixException)
        {
            // Only a restarted daemon is affected: it writes the ring's text twice, as C xenconsoled does each time.
        }
    }
}
