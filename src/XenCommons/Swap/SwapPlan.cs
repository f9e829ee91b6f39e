namespace XenCommons.Swap;

/// <summary>What a swap of the store will do, step by step, or why there is none.</summary>
/// <param name="Obstacle">Why it cannot be, and what to do; null: it can.</param>
/// <param name="Updates">The daemon becomes the other program by its own live update.</param>
/// <param name="Moves">After that, the service of ours takes the store over.</param>
/// <param name="Lines">The steps for a person.</param>
sealed record SwapPlan(string? Obstacle, bool Updates, bool Moves, IReadOnlyList<string> Lines)
{
    internal static SwapPlan Of(SwapFacts facts)
    {
        var (store, kind) = (facts.Store, facts.ProgramKind);
        bool updates = store.Kind != kind || !facts.IsRunning;
        if (updates && WhyNot(facts) is { } obstacle)
            return new(obstacle, false, false, []);
        bool moves = kind == StoreKind.Ours && facts is { IsInService: false, WhyNoMove: null };
        var lines = new List<string>();
        if (updates)
            lines.Add($"{store.Name} becomes {facts.Program} ({RunningStore.NameOf(kind)}) by its live update. {Waiting(facts)}");
        if (moves)
            lines.Add("The store moves into the service xenstored, which watches it and starts it again. Clients stay connected.");
        else if (kind == StoreKind.Ours && facts is { IsInService: false, WhyNoMove: { } why })
            lines.Add($"The store stays in its process: {why}.");
        return new(null, updates, moves, lines);
    }

    static string Waiting(SwapFacts facts) => facts switch
    {
        { Store.Kind: StoreKind.Ours, ProgramKind: StoreKind.Ours } => "Nothing is waited for.",
        { Store.Kind: StoreKind.Oxenstored } =>
            $"It waits up to {facts.Seconds} s until no client has an open transaction, half a message or an answer that it does not read.",
        _ => $"It waits up to {facts.Seconds} s until no client has an open transaction.",
    };

    static string? WhyNot(SwapFacts facts) => facts switch
    {
        { WantedInstead: { } wanted } =>
            $"The settings of the service want {wanted}, which would be started again at the next boot: change them, or name the"
            + " program with --to.",
        { Store.Kind: StoreKind.Unknown } =>
            "This store is neither C xenstored nor oxenstored nor ours: only the next boot can replace it.",
        { Store.HasLiveUpdate: false } =>
            "This C xenstored has no live update (before Xen 4.15, or built without it): only the next boot can replace it.",
        { ProgramKind: StoreKind.Unknown } =>
            $"{facts.Program} is no xenstored that can take over: its --help names neither --can-go-on (ours) nor --keep-orphans (C's).",
        { ProgramKind: StoreKind.Oxenstored } => "oxenstored can take over from nobody but itself.",
        { Store.Kind: StoreKind.Oxenstored, ProgramKind: not StoreKind.Ours } =>
            "oxenstored leaves its state as a text that only ours reads: swap to ours first.",
        { Store.Kind: StoreKind.Oxenstored, DeviceModels: { Count: > 0 } models } =>
            $"Device models run in domains of their own ({string.Join(", ", models)}), and oxenstored does not hand over which guests they"
            + " serve: shut those guests down first.",
        _ => null,
    };
}
