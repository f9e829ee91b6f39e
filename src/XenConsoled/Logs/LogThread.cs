using System.Collections.Concurrent;

namespace XenConsoled.Logs;

/// <summary>
/// Where logs are written: a thread that may stand still with its disk, and then nothing else does. What is done is told to the loop by the
/// job itself.
/// </summary>
sealed class LogThread : IDisposable
{
    const int MostJobs = 4096; // guests that come and go while a disk stands still must not fill memory with what they said

    readonly BlockingCollection<Action> jobs = [];
    readonly Thread thread;

    internal LogThread()
    {
        thread = new(Run) { Name = "logs", IsBackground = true };
        thread.Start();
    }

    /// <summary>Whether so much waits that no more should be given.</summary>
    internal bool IsFull => jobs.Count >= MostJobs;

    internal void Do(Action job)
    {
        if (!jobs.IsAddingCompleted)
            jobs.Add(job);
    }

    /// <summary>Ends it when all that was to be done is done, but waits no longer than so; false if it stands still.</summary>
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
