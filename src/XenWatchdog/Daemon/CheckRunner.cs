using XenWatchdog.Checks;
using XenWatchdog.Evaluation;

namespace XenWatchdog.Daemon;

/// <summary>Repeats one check on a thread of its own. A check that hangs blocks nobody else, and counts as a failure.</summary>
/// <param name="state">Takes the results.</param>
/// <param name="every">Time from one look to the next.</param>
/// <param name="within">A look that takes longer is a failure, and one more each time that this has passed again.</param>
sealed class CheckRunner(ICheck check, CheckState state, TimeSpan every, TimeSpan within) : IDisposable
{
    const int Stack = 256 * 1024;

    readonly Lock gate = new();
    readonly ManualResetEventSlim ended = new();
    long? began;
    long reported; // how often the present look has been reported as too long
    (string? Fault, bool IsThere) result;

    internal CheckState State => state;

    internal void Start() => new Thread(Run, Stack) { IsBackground = true, Name = "check " + state.Rule.Name }.Start();

    /// <summary>Takes a result that was not taken yet.</summary>
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
            if (began is not { } start)
                return false;
            long times = (Environment.TickCount64 - start) / (long)within.TotalMilliseconds;
            if (times <= reported)
                return false;
            reported = times;
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
                (began, reported) = (Environment.TickCount64, 0);
            string? fault;
            try
            {
                fault = check.Look();
            }
            catch (Exception e) // every exception is a result of this check
            {
                fault = e.Message;
            }
            lock (gate)
            {
                if (fault is null || reported == 0) // a hang was already reported, and is one failure
                    result = (fault, true);
                began = null;
            }
        }
        while (!ended.Wait(every));
    }
}
