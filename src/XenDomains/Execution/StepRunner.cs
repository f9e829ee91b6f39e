namespace XenDomains.Execution;

/// <summary>
/// Runs each step after those that it waits for, and in parallel with all others. A fault in a step does not skip another step: it must not
/// keep a stop from stopping the other guests.
/// </summary>
static class StepRunner
{
    /// <summary>
    /// Runs all steps, and returns by name whether each went well. An exception of a step is thrown when all other steps are done. Steps
    /// that wait for it see that it did not go well.
    /// </summary>
    /// <param name="steps">Sorted so that each step comes after those that it waits for.</param>
    /// <param name="after">The names that a step waits for. Several steps may have one name.</param>
    /// <param name="act">Carries out a step. It gets how the steps ended that this one waited for.</param>
    internal static async Task<IReadOnlyDictionary<string, bool>> RunAsync<TStep>(
        IReadOnlyList<TStep> steps, Func<TStep, string> name, Func<TStep, IReadOnlyList<string>> after,
        Func<TStep, IReadOnlyDictionary<string, bool>, Task<bool>> act)
    {
        var runs = new Dictionary<string, Task<bool>>(StringComparer.Ordinal);
        foreach (var step in steps)
        {
            var before = after(step).Where(runs.ContainsKey).Distinct(StringComparer.Ordinal)
                .ToDictionary(other => other, other => runs[other], StringComparer.Ordinal);
            var run = RunStepAsync(step, before);
            runs[name(step)] = runs.TryGetValue(name(step), out var other) ? BothAsync(other, run) : run; // several steps may have one name
        }
        await Task.WhenAll(runs.Values).ConfigureAwait(false);
        return Ended(runs);

        async Task<bool> RunStepAsync(TStep step, Dictionary<string, Task<bool>> before)
        {
            await Task.WhenAll(before.Values.Cast<Task>()).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return await act(step, Ended(before)).ConfigureAwait(false);
        }
    }

    static async Task<bool> BothAsync(Task<bool> one, Task<bool> other) =>
        (await Task.WhenAll(one, other).ConfigureAwait(false)).All(went => went);

    static Dictionary<string, bool> Ended(Dictionary<string, Task<bool>> runs) =>
        runs.ToDictionary(run => run.Key, run => run.Value is { IsCompletedSuccessfully: true, Result: true }, StringComparer.Ordinal);
}
