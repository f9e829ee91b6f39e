using System.Collections.Concurrent;
using Xen.Posix;

namespace XenWatchdog.Host;

/// <summary>A thread for what may hang, made before it is needed: a host on which nothing can be begun any more can still have its last words.</summary>
/// <param name="failed">Told what could not be done, and why.</param>
sealed class Aside(string name, Action<string, string> failed) : IDisposable
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
