using System.Buffers;
using System.Runtime.InteropServices;
using Xen.Linux;
using Xen.Linux.Loop;
using XenConsoled.Core;
using XenConsoled.Lines;
using XenConsoled.Memory;

namespace XenConsoled.Logs;

/// <summary>
/// One console's log. It writes recent output to a file, a piece at a time, and keeps its progress in the console's memory. Output that the
/// file does not take in time is lost and counted. The file reports the loss when it can be written again. Runs on the loop's thread; only
/// the file itself is the log thread's.
/// </summary>
sealed class GuestLog
{
    const int MostAtOnce = 64 * 1024, Gather = 48 * 1024;
    const int GatherMs = 100, RetryMs = 1000;

    // Buffers for all logs: the loop's thread formats them one after the other.
    [ThreadStatic] static List<byte>? formatted;
    [ThreadStatic] static byte[]? raw;

    readonly EventLoop loop;
    readonly LogThread thread;
    readonly LogFiles files;
    readonly ConsoleMemory memory;
    readonly LogFormat format;
    readonly ILogger logger;
    readonly LoopTimer timer; // set while output is gathered, and between tries of a file that failed
    GuestLogState state;
    Trouble trouble;
    LogFile? file;
    string? wanted;
    long length;

    /// <summary>Makes a log without a file. <see cref="MoveTo"/> gives it one.</summary>
    /// <param name="memory">The console's memory. It must live until <see cref="End"/>.</param>
    internal GuestLog(EventLoop loop, LogThread thread, LogFiles files, ConsoleMemory memory, LogFormat format, ILogger logger)
    {
        (this.loop, this.thread, this.files, this.memory, this.format, this.logger) = (loop, thread, files, memory, format, logger);
        timer = new(loop, () => Go(isDue: true));
    }

    /// <summary>The file's path; null for none.</summary>
    internal string? Path => file?.Path;

    /// <summary>The log cannot be written now.</summary>
    internal bool IsFailing => trouble.IsOn;

    /// <summary>How often this process could not open the file or write to it.</summary>
    internal long Failures { get; private set; }

    /// <summary>No write is under way or needed.</summary>
    internal bool IsIdle => !IsBusy && (memory.State.Logged == memory.State.Taken || trouble.IsOn);

    bool IsBusy => state is GuestLogState.Opening or GuestLogState.Writing or GuestLogState.WritingLast;

    /// <summary>
    /// Moves to another file as soon as no write is under way; null for no file. Without a file, unwritten output does not count as lost.
    /// </summary>
    internal void MoveTo(string? path)
    {
        wanted = path;
        if (!IsBusy && (wanted is null || wanted != Path))
            Move();
    }

    /// <summary>Without a file, counts new output as logged. To be called before the output is published.</summary>
    internal void Skip()
    {
        if (state == GuestLogState.Off)
            memory.State.Logged = memory.State.Taken;
    }

    /// <summary>There may be new output.</summary>
    internal void Go() => Go(isDue: false);

    /// <summary>Writes what there is without waiting for more.</summary>
    internal void Hurry() => Go(isDue: true);

    /// <summary>The file was moved away. The next write makes a new one.</summary>
    internal void Reopen()
    {
        if (file is null)
            return;
        state = state switch
        {
            GuestLogState.Open => GuestLogState.Closed,
            GuestLogState.Writing => GuestLogState.WritingLast,
            _ => state,
        };
        thread.Do(file.Close);
    }

    /// <summary>Ends the log: it writes no more.</summary>
    internal void End()
    {
        if (file is not null)
            files.Release(file);
        (state, file) = (GuestLogState.Ended, null);
        timer.Cancel();
    }

    // Gathers small writes for a while. Only one write is under way at a time. Its outcome calls Go again.
    void Go(bool isDue)
    {
        ulong waiting = memory.State.Taken - memory.State.Logged;
        if (file is not { } to || IsBusy || waiting == 0)
            return;
        if (!isDue && (waiting < Gather || trouble.IsOn))
        {
            if (!timer.IsSet)
                timer.At(loop.Now + GatherMs);
            return;
        }
        timer.Cancel();
        if (thread.IsFull)
            Fail(to, Errno.EAGAIN);
        else if (state == GuestLogState.Closed)
            Open(to);
        else
            Write(to);
    }

    void Move()
    {
        if (file is not null)
            files.Release(file);
        file = wanted is null ? null : files.Take(wanted);
        state = file is null ? GuestLogState.Off : GuestLogState.Closed;
        trouble = default;
        timer.Cancel();
        if (file is null)
            memory.State.Intent = default; // it was for a file that is no longer written
        Skip();
        Go();
    }

    void Open(LogFile file)
    {
        state = GuestLogState.Opening;
        bool announces = format.HasTimestamps && memory.State.Intent.Raw == 0 && memory.State.LogPlace == LogPlace.LineStart;
        thread.Do(() =>
        {
            int errno = file.Open();
            if (errno == 0 && announces)
                errno = file.Write(LogLines.Opened(DateTime.Now));
            long length = file.Length;
            string? problem = file.TakeProblem();
            loop.Post(() => Opened(file, errno, length, problem));
        });
    }

    void Opened(LogFile file, int errno, long length, string? problem)
    {
        if (state == GuestLogState.Ended)
            return;
        if (problem is not null)
            ConsoleLog.NotRotated(logger, file.Path, problem);
        (state, this.length) = (GuestLogState.Open, length);
        if (errno != 0)
            Fail(file, errno);
        else if (wanted == file.Path && memory.State.Intent.Raw > 0)
            Finish(file); // the write that an earlier process began
        else if (wanted == file.Path)
            Write(file);
        if (!IsBusy && wanted != file.Path)
            Move();
    }

    // Writes the rest of what an earlier process had begun to write.
    void Finish(LogFile file)
    {
        var intent = memory.State.Intent;
        if (memory.State.Logged < memory.OldestRecent || memory.State.Taken - memory.State.Logged < intent.Raw || intent.Raw > MostAtOnce)
        {
            memory.State.Intent = default;
            Write(file);
            return;
        }
        int count = Format(intent, out byte[] bytes, out var place);
        Put(file, bytes, intent.Done((ulong)length, count)..count, intent.Raw, place);
    }

    void Write(LogFile file)
    {
        ref var kept = ref memory.State;
        if (kept.Taken == kept.Logged)
            return;
        if (kept.Logged < memory.OldestRecent)
        {
            kept.LogLost += memory.OldestRecent - kept.Logged;
            kept.LogLostUnreported += memory.OldestRecent - kept.Logged;
            kept.Logged = memory.OldestRecent;
        }
        kept.Intent = new()
        {
            Raw = (uint)Math.Min(kept.Taken - kept.Logged, MostAtOnce),
            FileLength = (ulong)length,
            Time = DateTime.Now.Ticks,
            Lost = kept.LogLostUnreported,
        };
        int count = Format(kept.Intent, out byte[] bytes, out var place);
        memory.Publish(); // before the first byte: if the process dies in the write, its intent is kept
        Put(file, bytes, ..count, kept.Intent.Raw, place);
    }

    // Returns how many of the bytes are used. They are rented, because an array of that size for each piece costs more than all copies.
    int Format(LogIntent intent, out byte[] bytes, out LogPlace place)
    {
        formatted ??= [];
        raw ??= new byte[MostAtOnce];
        formatted.Clear();
        int count = memory.CopyRecent(memory.State.Logged, raw.AsSpan(0, (int)intent.Raw));
        place = LogLines.Format(intent.Lost, raw.AsSpan(0, count), memory.State.LogPlace, format, new(intent.Time), formatted);
        bytes = ArrayPool<byte>.Shared.Rent(formatted.Count);
        CollectionsMarshal.AsSpan(formatted).CopyTo(bytes);
        return formatted.Count;
    }

    void Put(LogFile file, byte[] bytes, Range used, uint raw, LogPlace place)
    {
        state = GuestLogState.Writing;
        thread.Do(() =>
        {
            int errno = file.Write(bytes.AsSpan(used));
            ArrayPool<byte>.Shared.Return(bytes);
            long length = file.Length;
            string? problem = file.TakeProblem();
            loop.Post(() => Written(file, errno, length, raw, place, problem));
        });
    }

    void Written(LogFile file, int errno, long length, uint raw, LogPlace place, string? problem)
    {
        if (state == GuestLogState.Ended)
            return;
        if (problem is not null)
            ConsoleLog.NotRotated(logger, file.Path, problem);
        ref var kept = ref memory.State;
        kept.Intent = default;
        if (errno == 0)
        {
            kept.Logged += raw;
            kept.LogPlace = place;
            kept.LogLostUnreported = 0;
        }
        memory.Publish();
        state = state == GuestLogState.WritingLast ? GuestLogState.Closed : GuestLogState.Open;
        this.length = length;
        if (errno != 0)
            Fail(file, errno);
        else if (trouble.Ends())
            ConsoleLog.LogWorks(logger, file.Path);
        if (wanted != file.Path)
            Move();
        else
            Go();
    }

    void Fail(LogFile file, int errno)
    {
        state = GuestLogState.Closed;
        Failures++;
        timer.At(loop.Now + RetryMs);
        if (trouble.Begins())
            ConsoleLog.LogFails(logger, file.Path, Errno.Text(errno));
    }
}
