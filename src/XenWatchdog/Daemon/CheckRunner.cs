using XenWatchdog.Checks;
using XenWatchdog.Evaluation;

namespace XenWatchdog.Daemon;

/// <summary>Makes one check again and again on a thread of its own, so that one that hangs holds up nobody and is a result, too.</summary>
/// <param name="state">What its results mean.</param>
/// <param name="every">Time from one look to the next.</param>
/// <param name="within">A look that takes longer is a failure each time that this has passed.</param>
sealed class CheckRunner(ICheck check, CheckState state, TimeSpan every, TimeSpan within) : IDisposable
{
    const int Stack = 256 * 1024;

    readonly Lock gate = new();
    readonly ManualResetEventSlim ended = new();
    long? began;
    long told; // of the look under way, how many times its limit has been told
    (string? Fault, bool IsThere) result;

    internal CheckState State => state;

    internal void Start() => new Thread(Run, Stack) { IsBackground = true, Name = "check " + state.Rule.Name }.Start();

    /// <summary>A result that was not told yet.</summary>
    internal bool TryTake(out string? fault)
    {
        lock (gate)
        {
            fault = result.Fault;
            if (result.IsThere)
            {
                result = default;
                return true;
            }
            if (began is not { } start || (Environment.TickCount64 - start) / (long)within.TotalMilliseconds is var times && times <= told)
                return false;
            told = times;
            fault = $"no answer within {times * within.TotalSeconds:0} s";
            return true;
        }
    }

    public void Dispose() => ended.Set();

    void Run()
    {
        do
        {
            lock (gate)
                (began, told) = (Environment.TickCount64, 0);
            string? fault;
            try
            {
                fault = check.Look();
            }
            catch (Exception e) // whatever it is, it is this check's result
            {
                fault = e.Message;
            }
            lock (gate)
            {
                if (fault is null || told == 0) // that it hung was told already, and is one failure
                    result = (fault, true);
                began = null;
            }
        }
        while (!ended.Wait(every));
    }
}
