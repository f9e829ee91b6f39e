using System.Buffers.Binary;
using Xen.Loop;
using XenConsoled.Core;

namespace XenConsoled.Logs;

/// <summary>
/// The hypervisor's console ring, copied to its file as it fills. How far it was read is kept in a file of its own, so that a daemon which is started
/// again goes on where it was. What the ring overwrote before it could be read is said in the log.
/// </summary>
/// <param name="positionFile">Where the position is kept; on a file system that a reboot empties, as it empties the ring.</param>
sealed class HypervisorLog(EventLoop loop, LogThread thread, Xen.Hypervisor.IHost host, LogFile? file, LogFormat format, string positionFile, ILogger logger)
{
    const int PieceSize = 16 * 1024;
    const int RetryMs = 1000;

    readonly byte[] piece = new byte[PieceSize];
    readonly List<byte> formatted = [];
    LogPlace place = LogPlace.LineStart;
    uint position;
    bool isBusy, isFailing, isAnnounced, wantsMore;

    /// <summary>The journal's share of it.</summary>
    internal JournalLines? Journal { get; init; }

    /// <summary>Where it is written.</summary>
    internal string? Path => file?.Path;

    /// <summary>Bytes that were overwritten before they were read.</summary>
    internal ulong Lost { get; private set; }

    /// <summary>Bytes read.</summary>
    internal ulong Taken { get; private set; }

    /// <summary>When to look again although nothing was told, by the loop's clock; <see cref="long.MaxValue"/>: not by itself.</summary>
    internal long NextTry { get; private set; } = long.MaxValue;

    /// <summary>Reads on from where an earlier process was.</summary>
    internal void Start()
    {
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

    /// <summary>Takes what is new in the ring, until there is nothing more.</summary>
    internal void Go()
    {
        wantsMore = true;
        if (isBusy)
            return;
        NextTry = long.MaxValue;
        uint at = position;
        int count = host.ReadConsole(piece, ref at, out uint lost);
        if (count == 0 && lost == 0)
            wantsMore = false;
        else if (count < 0)
            Fail("the hypervisor's log cannot be read", -count);
        else
            Put(piece.AsSpan(0, count), at, lost);
    }

    /// <summary>The file was moved away.</summary>
    internal void Reopen()
    {
        if (file is not null)
            thread.Do(file.Close);
    }

    void Put(ReadOnlySpan<byte> bytes, uint at, uint lost)
    {
        formatted.Clear();
        byte[] stamp = LogLines.Stamp(DateTime.Now);
        if (format.HasTimestamps && !isAnnounced)
            formatted.AddRange([.. stamp, .. "Logfile Opened\n"u8]);
        if (lost > 0)
        {
            formatted.AddRange(LogLines.Lost(lost, place, format, stamp));
            place = LogPlace.LineStart;
        }
        var after = LogLines.Format(bytes, place, format, stamp, formatted);
        byte[] text = [.. formatted];
        int count = bytes.Length;
        isBusy = true;
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
        isBusy = false;
        if (problem is not null)
            ConsoleLog.NotPutAway(logger, Path ?? "", problem);
        if (errno != 0)
        {
            Fail($"{Path} cannot be written", errno);
            return;
        }
        if (isFailing)
            ConsoleLog.HypervisorLogWorks(logger);
        (isFailing, isAnnounced) = (false, true);
        (position, place) = (at, after);
        Taken += (ulong)count;
        Lost += lost;
        if (lost > 0)
            ConsoleLog.HypervisorLogLost(logger, lost);
        Journal?.Add(piece.AsSpan(0, count), "", loop.Now);
        if (wantsMore)
            Go();
    }

    void Fail(string what, int errno)
    {
        NextTry = loop.Now + RetryMs;
        if (!isFailing)
            ConsoleLog.HypervisorLogFails(logger, what, System.Runtime.InteropServices.Marshal.GetPInvokeErrorMessage(errno));
        isFailing = true;
    }

    void Keep(uint at)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, at);
        try
        {
            File.WriteAllBytes(positionFile, bytes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A daemon started again would write the ring's text twice, as C xenconsoled does each time.
        }
    }
}
