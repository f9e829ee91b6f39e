using Xunit;

namespace Xen.Conformance;

public sealed class RuleTests
{
    static readonly string Scripts = Path.Combine(AppContext.BaseDirectory, "scripts");
    static readonly Lazy<Dictionary<string, Rule>> Rules = new(() => Script.ReadAll(Scripts).ToDictionary(rule => rule.Title));

    public static TheoryData<string, string> Cases()
    {
        var cases = new TheoryData<string, string>();
        foreach (var target in Target.Chosen())
        {
            foreach (var rule in Rules.Value.Values.Where(
                rule => !rule.NotPlayed.ContainsKey(target.Name) && !(target.IsCore && rule.NeedsRings)))
                cases.Add(target.Name, rule.Title);
        }
        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Holds(string target, string title)
    {
        var rule = Rules.Value[title];
        var chosen = Target.All.Single(candidate => candidate.Name == target);
        using var stage = chosen.Open();
        var player = new Player(rule, chosen, stage);
        player.Play();
        Assert.True(player.Faults.Count == 0, string.Join('\n', [$"{rule} on {target}", .. player.Faults, .. player.Transcript]));
    }
}
