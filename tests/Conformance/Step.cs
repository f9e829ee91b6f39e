namespace Xen.Conformance;

/// <summary>A line of a rule: perhaps a request, then what comes back.</summary>
sealed record Step(int Line, string Who, int Times, Word? Transaction, IReadOnlyList<Word> Request, IReadOnlyList<Expectation> Expected)
{
    internal string? Command => Request.Count > 0 ? Request[0].Bare : null;
}
