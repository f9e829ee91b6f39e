using XenStored.Tests.Model;

namespace XenStored.Fuzz.Targets;

/// <summary>
/// The bytes are what two clients on the socket and two guests ask of the core, in transactions and out of them, and when the guests die.
/// Every reply and event is compared with the naive store of the model tests. Between two inputs the store must become empty again.
/// </summary>
sealed class CoreTarget : ITarget
{
    const int ActsBefore = 1000;

    readonly History history = new();

    public CoreTarget()
    {
        for (int number = 0; number < ActsBefore; number++) // the records have all their folders then
            history.Act(number);
        history.BeginAgain();
    }

    public void Run(ReadOnlySpan<byte> acts)
    {
        for (; acts.Length >= History.ActSize; acts = acts[History.ActSize..])
            history.Act(acts[..History.ActSize]);
        history.BeginAgain();
    }

    public void Dispose() => history.Dispose();
}
