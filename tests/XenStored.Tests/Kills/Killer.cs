using System.Diagnostics;
using Xen.Linux.Processes;
using XenStored.Crashes;

namespace XenStored.Tests.Kills;

/// <summary>
/// Kills the store, or its keeper, as a seed says: at a named point when it is passed for the n-th time, or at some instant. It knows that
/// each kill has hit.
/// </summary>
sealed class Killer(KillStage stage, bool isKept, int seed)
{
    const int SignalKill = 9, MostPasses = 200, PatienceMs = 100, LimitMs = 20_000, FewIterations = 3, MostUnserved = 4;

    // What only clients that are kept have: without a keeper their sockets have no slots.
    static readonly string[] OfKept =
        ["Keeper", "Update", "Move", "StartIsForked", "StartHasClient", "Call", "Receive", "Send", "Outgoing", "AcceptOwns"];

    readonly Random random = new(seed);
    readonly List<CrashPoint> deck = [];
    readonly List<string> history = [];

    int iterations, unserved;

    /// <summary>How many kills have hit.</summary>
    internal int Kills { get; private set; }

    /// <summary>The last ones.</summary>
    internal string History => string.Join('\n', history.TakeLast(12));

    /// <summary>The points at which this kills.</summary>
    internal IReadOnlyList<CrashPoint> Points { get; } =
    [
        .. Enum.GetValues<CrashPoint>().Where(point => point != CrashPoint.None
            && (isKept || !OfKept.Any(prefix => point.ToString().StartsWith(prefix, StringComparison.Ordinal)))),
    ];

    /// <summary>Kills once, after a while.</summary>
    internal void Kill()
    {
        LetServe();
        int kind = random.Next(24);
        Thread.Sleep(random.Next(kind % 3 == 0 ? 20 : 120)); // it may not have begun to serve, or have served for a while
        if (kind < 8)
            KillNow();
        else if (kind == 8 && isKept)
            KillKeeper();
        else if (kind == 9 && isKept)
            Update();
        else if (kind == 10 && isKept)
            Move();
        else
            KillAt(Draw(), random.Next(3) switch { 0 => 1, 1 => random.Next(1, 5), _ => random.Next(1, MostPasses) });
    }

    // A keeper gives up a store that ends twenty times in a row before it serves, and a slow machine needs a while for each start.
    void LetServe()
    {
        int before = iterations;
        iterations = stage.Points.Passes(CrashPoint.IterationHasSent);
        unserved = iterations - before < FewIterations ? unserved + 1 : 0;
        if (unserved == MostUnserved)
        {
            Until(() => stage.Points.Passes(CrashPoint.IterationHasSent) - iterations >= FewIterations, "it does not serve");
            unserved = 0;
        }
    }

    // Each point once before one comes again.
    CrashPoint Draw()
    {
        if (deck.Count == 0)
        {
            deck.AddRange(Points);
            random.Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(deck));
        }
        var point = deck[^1];
        deck.RemoveAt(deck.Count - 1);
        return point;
    }

    void KillNow()
    {
        history.Add("at an instant");
        int pid = KillStore();
        Until(() => stage.StorePid() is var now && now != 0 && now != pid, () => $"no store after {pid}\n{stage.Said}");
    }

    // Returns whom it has killed; 0: the keeper has died meanwhile, at the point that was asked for.
    int KillStore(bool mayHaveDied = false)
    {
        if (!isKept)
            stage.HolderDies();
        int pid = 0;
        Until(() => mayHaveDied && !stage.Points.IsArmed || (pid = stage.StorePid()) != 0 && ProcessTable.Signal(pid, SignalKill),
            () => $"there is no store\n{stage.Said}");
        Kills += pid != 0 ? 1 : 0;
        if (!isKept)
            stage.ReplaceHolder(pid);
        return pid;
    }

    void KillKeeper()
    {
        history.Add("the keeper");
        stage.HolderDies();
        int store = stage.StorePid();
        stage.KillHolder();
        stage.ReplaceHolder(store);
        Kills++;
    }

    void Update()
    {
        history.Add("an update");
        int pid = 0;
        Until(() => (pid = stage.StorePid()) != 0, () => $"there is no store\n{stage.Said}");
        stage.Update();
        Until(() => stage.StorePid() is var now && now != 0 && now != pid, () => $"no update\n{stage.Said}");
        Kills++;
    }

    void Move()
    {
        history.Add("a move");
        stage.Move();
        Kills++;
    }

    void KillAt(CrashPoint point, int count)
    {
        history.Add($"{point}, pass {count}");
        bool isUpdate = Begins(point, "Update"), isOfStart = Begins(point, "Start"), isMove = Begins(point, "Move");
        bool isOfKeeper = isUpdate || isMove || Begins(point, "Keeper");
        bool endsHolder = isOfKeeper && point != CrashPoint.MoveIsAnswered || !isKept && !isOfStart; // at that one the sockets have moved
        int store = stage.StorePid();
        if (endsHolder)
            stage.HolderDies();
        stage.Points.Arm(point, isOfKeeper ? 1 : count);
        if (isUpdate)
            stage.Update();
        else if (isMove)
            stage.Move();
        else if (isOfKeeper || isOfStart)
            KillStore(mayHaveDied: isOfKeeper);
        if (IsHit(PatienceMs) || Hurry(isOfStart) && IsHit(LimitMs))
            Kills++;
        else
            GiveUp();
        if (endsHolder)
            stage.ReplaceHolder(store);
    }

    // It is not passed so often. What is passed at a start only needs another start.
    bool Hurry(bool isOfStart)
    {
        stage.Points.Hurry();
        if (isOfStart)
            KillStore();
        return true;
    }

    void GiveUp()
    {
        stage.Points.Disarm();
        history.Add("which was not reached");
        if (!isKept || stage.HoldersKilled > stage.HoldersReplaced)
            stage.KillHolder(); // somebody waits for its successor
    }

    bool IsHit(int limitMs)
    {
        for (var waited = Stopwatch.StartNew(); stage.Points.IsArmed; Thread.Sleep(1))
            if (waited.ElapsedMilliseconds >= limitMs)
                return false;
        return true;
    }

    static bool Begins(CrashPoint point, string with) => point.ToString().StartsWith(with, StringComparison.Ordinal);
}
