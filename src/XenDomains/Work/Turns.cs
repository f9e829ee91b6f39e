namespace XenDomains.Work;

/// <summary>Each step in its turn: after those that it waits for, beside all others.</summary>
static class Turns
{
    /// <summary>Runs all steps; how each ended, by name.</summary>
    /// <param name="steps">So sorted that each comes after those that it waits for.</param>
    /// <param name="act">Does a step, given how those that it waited for ended.</param>
    internal static async Task<IReadOnlyDictionary<string, bool>> RunAsync<TStep>(IReadOnlyList<TStep> steps, Func<TStep, string> name, Func<TStep, IReadOnlyList<string>> after,
        Func<TStep, IReadOnlyDictionary<string, bool>, Task<bool>> act)
    {
        var turns = new Dictionary<string, Task<bool>>(StringComparer.Ordinal);
        foreach (var step in steps)
        {
            var turn = TurnAsync(step, after(step).Where(turns.ContainsKey).ToDictionary(other => other, other => turns[other], StringComparer.Ordinal));
            turns[name(step)] = turns.TryGetValue(name(step), out var other) ? BothAsync(other, turn) : turn; // names need not be one's own
        }
        await Task.WhenAll(turns.Values).ConfigureAwait(false);
        return Ended(turns);

        async Task<bool> TurnAsync(TStep step, Dictionary<string, Task<bool>> before)
        {
            await Task.WhenAll(before.Values).ConfigureAwait(false);
            return await act(step, Ended(before)).ConfigureAwait(false);
        }
    }

    static async Task<bool> BothAsync(Task<bool> one, Task<bool> other) => await one.ConfigureAwait(false) & await other.ConfigureAwait(false);

    static Dictionary<string, bool> Ended(Dictionary<string, Task<bool>> turns) => turns.ToDictionary(turn => turn.Key, turn => turn.Value.Result, StringComparer.Ordinal);
}
