using Xen.Support;
using Xunit;

namespace Xen.Conformance;

/// <summary>The scripts themselves: what can be said without a daemon.</summary>
public sealed class ScriptTests
{
    static readonly List<Rule> Rules = [.. Script.ReadAll(Path.Combine(AppContext.BaseDirectory, "scripts"))];

    [Fact]
    public void Every_title_is_unique() =>
        Assert.Empty(Rules.GroupBy(rule => rule.Title).Where(group => group.Count() > 1).Select(group => group.Key));

    [Fact]
    public void Every_target_named_exists() =>
        Assert.Empty(Rules
            .SelectMany(rule => rule.NotPlayed.Keys.Concat(rule.Because.Keys)
                .Concat(rule.Steps.SelectMany(step => step.Expected).SelectMany(x => x.Else.Keys)))
            .Except(Target.All.Select(target => target.Name)));

    [Fact]
    public void Every_difference_to_the_C_daemon_has_its_reason() =>
        Assert.Empty(Differences.Unexplained(Rules).Select(rule => rule.ToString()));

    [Fact]
    public void The_table_of_differences_is_up_to_date()
    {
        string file = Checkout.Path("docs/conformance-c417.md");
        string table = Differences.Table(Rules);
        if (Environment.GetEnvironmentVariable("UPDATE_DIFFERENCES") is not null)
            File.WriteAllText(file, table);
        Assert.Equal(table, File.ReadAllText(file));
    }
}
