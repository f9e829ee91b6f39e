using System.Diagnostics;

namespace Xen.Support;

/// <summary>
/// Waits for what another process or thread does. The limit is generous, for machines are slow at times: only a failing test reaches it.
/// </summary>
public static class Wait
{
    /// <summary>The usual limit.</summary>
    public const int LimitMs = 60_000;

    const int PauseMs = 5;

    /// <summary>Waits until a condition holds.</summary>
    /// <exception cref="TimeoutException">It did not in time; the message is <paramref name="otherwise"/>.</exception>
    public static void Until(Func<bool> condition, string otherwise, int limitMs = LimitMs) => Until(condition, () => otherwise, limitMs);

    /// <summary>The same with a message that is made when it is needed, of what is known by then.</summary>
    public static void Until(Func<bool> condition, Func<string> otherwise, int limitMs = LimitMs)
    {
        for (var waited = Stopwatch.StartNew(); !condition(); Thread.Sleep(PauseMs))
            Check(waited, otherwise, limitMs);
    }

    /// <summary>Waits until a condition holds, without a thread.</summary>
    /// <exception cref="TimeoutException">It did not in time; the message is <paramref name="otherwise"/>.</exception>
    public static Task UntilAsync(Func<bool> condition, string otherwise, int limitMs = LimitMs) =>
        UntilAsync(condition, () => otherwise, limitMs);

    /// <summary>The same with a message that is made when it is needed, of what is known by then.</summary>
    public static async Task UntilAsync(Func<bool> condition, Func<string> otherwise, int limitMs = LimitMs)
    {
        for (var waited = Stopwatch.StartNew(); !condition(); await Task.Delay(PauseMs))
            Check(waited, otherwise, limitMs);
    }

    static void Check(Stopwatch waited, Func<string> otherwise, int limitMs)
    {
        if (waited.ElapsedMilliseconds >= limitMs)
            throw new TimeoutException($"{otherwise()} (waited for {limitMs} ms)");
    }
}
