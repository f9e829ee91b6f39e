using Xen.Hosting.Settings;
using XenDomains.Configuration;

namespace XenDomains.Tests.Configuration;

/// <summary>
/// Blocks of a shell in the settings. Nobody knows here whether they happen, so nothing in them counts, and one sentence says so.
/// </summary>
public sealed class ShellBlockTests
{
    [Fact]
    public void An_assignment_under_a_condition_does_not_switch_off_every_guest()
    {
        var config = DomainsConfig.Parse(
            "XENDOMAINS_AUTO=/etc/xen/auto\nif [ -e /etc/xen/maintenance ]; then\n  XENDOMAINS_AUTO=\nfi\nXENDOMAINS_WAIT=5\n",
            "/etc/default/xendomains");
        Assert.Equal("/etc/xen/auto", config.AutoFolder);
        Assert.Equal(TimeSpan.FromSeconds(5), config.WaitWithin);
        Assert.Equal("/etc/default/xendomains:2: \"if [ -e /etc/xen/maintenance ]; then\" is not followed: nothing up to line 4 counts",
            Assert.Single(config.Faults));
    }

    [Theory]
    [InlineData("if a\nthen\n  A=x\nelif b; then A=x\nelse\n  A=x\nfi")]
    [InlineData("if a; then\n  if b; then A=x; fi\n  A=x\nfi # done")]
    [InlineData("if a; then A=x; fi")]
    [InlineData("case $(uname -r) in\n  if|fi) A=x ;;\n  (*.5) case 1 in\n 1) A=x;; esac\n A=x;;\nesac")]
    [InlineData("case x\nin\nx) echo in; if a; then\nA=x\nfi;&\n*)\nA=x\nesac")]
    [InlineData("for i in 1 2; do\n  A=x\ndone")]
    [InlineData("for i\ndo\n  while b\n  do\n A=x; done\n  A=x\ndone")]
    [InlineData("for ((i = 0; i < 2; i++)); do\nA=x\ndone")]
    [InlineData("until a; do\n  A=x\ndone < /etc/fstab")]
    [InlineData("while read -r line\ndo\n  A=x\ndone <<END\nA=x\nfi\nEND")]
    [InlineData("cat <<-'END' >/dev/null\nA=x\n\tEND")]
    [InlineData("{\n  A=x\n}")]
    [InlineData("[ -e /x ] && {\n  A=x\n}")]
    [InlineData("[ -e /x ] &&\n  A=x")]
    [InlineData("false ||\n\n  A=x")]
    [InlineData("echo one \\\n A=x")]
    [InlineData("echo 'it is\nA=x'")]
    [InlineData("(\n  A=x\n)")]
    [InlineData("( cd / && A=x )")]
    [InlineData("f() {\n  A=x\n}")]
    [InlineData("f( )\n{\n  A=x\n}")]
    [InlineData("function f {\n  A=x\n}")]
    [InlineData("function f\n{\n  if a; then\n A=x\n fi\n A=x\n}")]
    [InlineData("echo fi } done; if a # then fi\nthen A=x\n echo \"fi\nfi\"\n A=x\nfi")]
    [InlineData(". /nonexistent/file || {\n  A=x\n}")]
    [InlineData("X=$(cat <<END\nA=x\nEND\n)")]
    [InlineData("X=`\nA=x\n`")]
    public void What_a_block_sets_does_not_count_and_what_follows_it_does(string block)
    {
        var variables = ShellVariables.Parse($"A=before\n{block}\nB=after\n", "file");
        Assert.Equal("before", variables.Values["A"]);
        Assert.Equal("after", variables.Values["B"]);
        Assert.InRange(variables.Faults.Count, block.StartsWith('.') ? 0 : 1, 1);
    }

    [Theory]
    [InlineData("if a; then\n  A=x\n"), InlineData("cat <<END\nA=x\n"), InlineData("f() {\n A=x\n if b; then\n }\n A=x")]
    [InlineData("case a in\nb) A=x\n A=x"), InlineData("echo \"\nA=x")]
    public void Of_a_block_that_does_not_end_nothing_counts_and_that_is_said(string block)
    {
        var variables = ShellVariables.Parse($"A=before\n{block}", "file");
        Assert.Equal("before", variables.Values["A"]);
        string fault = Assert.Single(variables.Faults);
        Assert.StartsWith("file:2: ", fault, StringComparison.Ordinal);
        Assert.EndsWith("; the end of what it opens is not found", fault, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("fi"), InlineData("echo {"), InlineData("echo if for case function"), InlineData("echo a#b 'c' \"d\" `e` $(f) $((1 << 2))")]
    [InlineData("done }"), InlineData("a <b >c 2>&1 &"), InlineData("cat <<< x"), InlineData(";;")]
    public void A_line_that_opens_nothing_ends_at_its_end(string statement)
    {
        var variables = ShellVariables.Parse($"{statement}\nB=after\n", "file");
        Assert.Equal("after", variables.Values["B"]);
    }

    [Fact]
    public void Any_text_ends()
    {
        var random = new Random(2);
        string[] words =
        [
            "if", "then", "fi", "case", "in", "esac", "do", "done", "for", "{", "}", "(", ")", "()", "<<", "<<E", "\nE\n", "\n", ";", ";;",
            "&&", "|", "'", "\"", "`", "\\", "\\\n", "#", " ", "A=x", "function",
        ];
        for (int i = 0; i < 20_000; i++)
        {
            string text = string.Concat(Enumerable.Range(0, random.Next(30))
                .Select(_ => words[random.Next(words.Length)] + (random.Next(2) == 0 ? " " : "")));
            Assert.InRange(ShellStatement.End(text, 0, out _), 0, text.Length);
            ShellVariables.Parse(text, "file");
        }
    }
}
