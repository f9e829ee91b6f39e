namespace Xen.Conformance;

/// <summary>What is to come, and what comes from the targets that differ.</summary>
sealed record Expectation(Kind Kind, IReadOnlyList<Word> Words, IReadOnlyDictionary<string, IReadOnlyList<Word>> Else)
{
    internal IReadOnlyList<Word> For(string target) => Else.GetValueOrDefault(target, Words);
}
