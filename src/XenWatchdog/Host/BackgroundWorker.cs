using System.Collections.Concurrent;
using Xen.Linux;

namespace XenWatchdog.Host;

/// <summary>
/// A thread for what may hang. It is made before it is needed, so that a host on which no thread can be started any more can still record
/// why it is reset.
/// </summary>
/// <param name="name">What it does, for the log.</param>
/// <param name="failed">Told what could not be done, and why.</param>
sealed class BackgroundWorker(string name, Action<string, string> failed) : IDisposable
{
    readonly BlockingCollection<Action> wanted = [];

    internal void Start() => new Thread(Run) { IsBackground = true, Name = name }.Start();

    /// <summary>Has something done after all that was asked for before.</summary>
    internal void Do(Action action) => wanted.Add(action);

    public void Dispose() => wanted.CompleteAdding();

    void Run()
    {
        foreach (var action in wanted.GetConsumingEnumerable())
            try
            {
                action();
            }
            catch (Exception e) // whatever it is, it must not end the process
            {
                failed(name, e is PosixException or IOException ? e.Message : e.ToString());
            }
    }
}
