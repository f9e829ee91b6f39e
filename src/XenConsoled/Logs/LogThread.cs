using System.Collections.Concurrent;

namespace XenConsoled.Logs;

/// <summary>
/// The thread that writes logs. It may block on a disk, and nothing else blocks then. Each job itself posts its outcome to the loop.
/// </summary>
sealed class LogThread : IDisposable
{
    const int MostJobs = 4096; // while a disk blocks, the output of guests that come and go must not fill memory

    readonly BlockingCollection<Action> jobs = [];
    readonly Thread thread;

    internal LogThread()
    {
        thread = new(Run) { Name = "logs", IsBackground = true };
        thread.Start();
    }

    /// <summary>So many jobs wait that no more should be added.</summary>
    internal bool IsFull => jobs.Count >= MostJobs;

    internal void Do(Action job)
    {
        if (!jobs.IsAddingCompleted)
            jobs.Add(job);
    }

    /// <summary>Ends the thread after all jobs, but waits no longer than this; false if it is blocked.</summary>
    internal bool End(TimeSpan most)
    {
        jobs.CompleteAdding();
        return thread.Join(most);
    }

    public void Dispose()
    {
        if (!jobs.IsAddingCompleted)
            End(TimeSpan.FromSeconds(1));
    }

    void Run()
    {
        foreach (var job in jobs.GetConsumingEnumerable())
            job();
    }
}
