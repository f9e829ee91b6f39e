using System.Collections.Concurrent;

namespace XenWatchdog.Host;

/// <summary>
/// A thread for actions that may hang. It starts before it is needed: a host that can start no thread any more can still record why it is
/// reset.
/// </summary>
/// <param name="name">What it does, for the log.</param>
/// <param name="failed">Gets what failed, and why.</param>
sealed class BackgroundWorker(string name, Action<string, string> failed) : IDisposable
{
    readonly BlockingCollection<Action> wanted = [];

    internal void Start() => new Thread(Run) { IsBackground = true, Name = name }.Start();

    /// <summary>Does an action after all earlier ones.</summary>
    internal void Do(Action action) => wanted.Add(action);

    public void Dispose() => wanted.CompleteAdding();

    void Run()
    {
        foreach (var action in wanted.GetConsumingEnumerable())
            try
            {
                action();
            }
            catch (Exception e) // the thread's edge: no failure may end the process
            {
                failed(name, e is IOException ? e.Message : e.ToString());
            }
    }
}
