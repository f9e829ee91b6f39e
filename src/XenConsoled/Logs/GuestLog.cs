using System.Runtime.InteropServices;
using Xen.Loop;
using Xen.Posix;
using XenConsoled.Core;
using XenConsoled.Memory;

namespace XenConsoled.Logs;

/// <summary>
/// One console's log: takes recent output to its file, a piece at a time, and remembers in the console's memory how far it is. What the file does not
/// take in time is lost, counted, and said in the file when it takes again. On the loop's thread, but for the file itself.
/// </summary>
/// <param name="memory">The console's; must live until <see cref="End"/>.</param>
/// <param name="wantsGo">Called when <see cref="Go"/> is to be called, although no output came.</param>
sealed class GuestLog(EventLoop loop, LogThread thread, ConsoleMemory memory, LogFile file, LogFormat format, Action wantsGo, ILogger logger)
{
    const int MostAtOnce = 64 * 1024, Gather = 48 * 1024;
    const int GatherMs = 100, RetryMs = 1000;

    // Scratch of the loop's thread: logs are formatted one after the other.
    [ThreadStatic] static List<byte>? formatted;
    [ThreadStatic] static byte[]? raw;

    bool isOpen, isBusy, isFailing, isDropped;
    long nextTry, length;
    Action? whenFree;

    /// <summary>Where it is written.</summary>
    internal string Path => file.Path;

    /// <summary>The file, of which there is one for each path.</summary>
    internal LogFile File => file;

    /// <summary>Nothing of it is under way or to be done.</summary>
    internal bool IsIdle => !isBusy && (memory.State.Logged == memory.State.Taken || isFailing);

    /// <summary>
    /// Begins a write if there is reason to; answers the milliseconds after which to look again, -1 for only when more has come.
    /// </summary>
    /// <param name="now">The loop's clock.</param>
    /// <param name="hurries">Does not wait for more to come.</param>
    internal int Go(long now, bool hurries)
    {
        ref var state = ref memory.State;
        ulong waiting = state.Taken - state.Logged;
        if (isBusy || waiting == 0)
        {
            if (waiting == 0)
                nextTry = 0;
            return -1;
        }
        if (nextTry == 0 && !isFailing)
            nextTry = now + GatherMs;
        if (now < nextTry && !hurries && (waiting < Gather || isFailing))
            return (int)(nextTry - now);
        if (thread.IsFull)
            Fail(Errno.EAGAIN);
        else if (!isOpen)
            Open();
        else
            Write();
        return -1;
    }

    /// <summary>The file was moved away: a new one is begun with the next write.</summary>
    internal void Reopen()
    {
        isOpen = false;
        thread.Do(file.Close);
    }

    /// <summary>Does something when no write is under way: at once, or when its outcome is known.</summary>
    internal void WhenFree(Action action)
    {
        if (isBusy)
            whenFree = action;
        else
            action();
    }

    /// <summary>No more is written, and the outcome of what is under way is nobody's concern.</summary>
    internal void End() => isDropped = true;

    void Open()
    {
        isBusy = true;
        bool announces = format.HasTimestamps && memory.State.Intent.Raw == 0 && memory.State.LogPlace == LogPlace.LineStart;
        thread.Do(() =>
        {
            int errno = file.Open();
            if (errno == 0 && announces)
                errno = file.Write([.. LogLines.Stamp(DateTime.Now), .. "Logfile Opened\n"u8]);
            long length = file.Length;
            string? problem = file.TakeProblem();
            loop.Post(() => Opened(errno, length, problem));
        });
    }

    void Opened(int errno, long length, string? problem)
    {
        isBusy = false;
        if (isDropped)
            return;
        if (problem is not null)
            ConsoleLog.NotPutAway(logger, Path, problem);
        if (errno != 0)
            Fail(errno);
        else
        {
            isOpen = true;
            this.length = length;
            if (whenFree is null && memory.State.Intent.Raw > 0)
                Finish((ulong)length); // of a process before this one
            else if (whenFree is null)
                Write();
        }
        Freed();
    }

    // What an earlier process had begun to write, less what it had written.
    void Finish(ulong length)
    {
        var intent = memory.State.Intent;
        if (memory.State.Logged < memory.OldestRecent || memory.State.Taken - memory.State.Logged < intent.Raw || intent.Raw > MostAtOnce)
        {
            memory.State.Intent = default;
            Write();
            return;
        }
        byte[] bytes = Format(intent, out var place);
        Put(bytes[intent.Done(length, bytes.Length)..], intent.Raw, place);
    }

    void Write()
    {
        ref var state = ref memory.State;
        if (state.Taken == state.Logged)
            return;
        if (state.Logged < memory.OldestRecent)
        {
            state.LogLost += memory.OldestRecent - state.Logged;
            state.LogLostUnsaid += memory.OldestRecent - state.Logged;
            state.Logged = memory.OldestRecent;
        }
        state.Intent = new() { Raw = (uint)Math.Min(state.Taken - state.Logged, MostAtOnce), FileLength = (ulong)length, Time = DateTime.Now.Ticks, Lost = state.LogLostUnsaid };
        byte[] bytes = Format(state.Intent, out var place);
        memory.Publish();
        Put(bytes, state.Intent.Raw, place);
    }

    byte[] Format(LogIntent intent, out LogPlace place)
    {
        formatted ??= [];
        raw ??= new byte[MostAtOnce];
        formatted.Clear();
        var stamp = LogLines.Stamp(new DateTime(intent.Time));
        place = memory.State.LogPlace;
        if (intent.Lost > 0)
        {
            formatted.AddRange(LogLines.Lost(intent.Lost, place, format, stamp));
            place = LogPlace.LineStart;
        }
        int count = memory.CopyRecent(memory.State.Logged, raw.AsSpan(0, (int)intent.Raw));
        place = LogLines.Format(raw.AsSpan(0, count), place, format, stamp, formatted);
        return [.. formatted];
    }

    void Put(byte[] bytes, uint raw, LogPlace place)
    {
        isBusy = true;
        thread.Do(() =>
        {
            int errno = file.Write(bytes);
            long length = file.Length;
            string? problem = file.TakeProblem();
            loop.Post(() => Written(errno, length, raw, place, problem));
        });
    }

    void Written(int errno, long length, uint raw, LogPlace place, string? problem)
    {
        isBusy = false;
        if (isDropped)
            return;
        if (problem is not null)
            ConsoleLog.NotPutAway(logger, Path, problem);
        ref var state = ref memory.State;
        state.Intent = default;
        if (errno != 0)
        {
            memory.Publish();
            Fail(errno);
        }
        else
        {
            this.length = length;
            state.Logged += raw;
            state.LogPlace = place;
            state.LogLostUnsaid = 0;
            memory.Publish();
            if (isFailing)
                ConsoleLog.LogWorks(logger, Path);
            isFailing = false;
            nextTry = 0;
            wantsGo();
        }
        Freed();
    }

    void Freed()
    {
        if (isBusy)
            return;
        var action = whenFree;
        whenFree = null;
        action?.Invoke();
    }

    void Fail(int errno)
    {
        isOpen = false;
        nextTry = loop.Now + RetryMs;
        if (!isFailing)
            ConsoleLog.LogFails(logger, Path, Marshal.GetPInvokeErrorMessage(errno));
        isFailing = true;
        wantsGo();
    }
}
