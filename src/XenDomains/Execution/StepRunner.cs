namespace XenDomains.Execution;

/// <summary>
/// Each step in its turn: after those that it waits for, beside all others. A fault in a step is no reason to leave out another one: a stop
/// must not leave guests running for it.
/// </summary>
static class StepRunner
{
    /// <summary>
    /// Runs all steps; how each ended, by name. What a step throws comes out when all others have had their turn; for them it has not gone
    /// well.
    /// </summary>
    /// <param name="steps">So sorted that each comes after those that it waits for.</param>
    /// <param name="after">Whom a step waits for; a name may come more than once.</param>
    /// <param name="act">Does a step, given how those that it waited for ended.</param>
    internal static async Task<IReadOnlyDictionary<string, bool>> RunAsync<TStep>(
        IReadOnlyList<TStep> steps, Func<TStep, string> name, Func<TStep, IReadOnlyList<string>> after,
        Func<TStep, IReadOnlyDictionary<string, bool>, Task<bool>> act)
    {
        var turns = new Dictionary<string, Task<bool>>(StringComparer.Ordinal);
        foreach (var step in steps)
        {
            var before = after(step).Where(turns.ContainsKey).Distinct(StringComparer.Ordinal)
                .ToDictionary(other => other, other => turns[other], StringComparer.Ordinal);
            var turn = TurnAsync(step, before);
            turns[name(step)] = turns.TryGetValue(name(step), out var other) ? BothAsync(other, turn) : turn; // names need not be one's own
        }
        await Task.WhenAll(turns.Values).ConfigureAwait(false);
        return Ended(turns);

        async Task<bool> TurnAsync(TStep step, Dictionary<string, Task<bool>> before)
        {
            await Task.WhenAll(before.Values.Cast<Task>()).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return await act(step, Ended(before)).ConfigureAwait(false);
        }
    }

    static async Task<bool> BothAsync(Task<bool> one, Task<bool> other) =>
        (await Task.WhenAll(one, other).ConfigureAwait(false)).All(went => went);

    static Dictionary<string, bool> Ended(Dictionary<string, Task<bool>> turns) =>
        turns.ToDictionary(turn => turn.Key, turn => turn.Value is { IsCompletedSuccessfully: true, Result: true }, StringComparer.Ordinal);
}
