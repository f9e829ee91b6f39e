using Xen.Hosting.Settings;

namespace Xen.Tests;

/// <summary>Words of a command line are what getopt_long takes them for.</summary>
public sealed class CommandLineTests
{
    [Theory]
    [InlineData("-ab five", "-a -b=five")]
    [InlineData("-abfive", "-a -b=five")]
    [InlineData("-b -a", "-b=-a")]
    [InlineData("--bee=x=1 -a", "--bee=x=1 -a")]
    [InlineData("--bee x", "--bee=x")]
    [InlineData("one -a two", "(one) -a (two)")] // options may stand behind arguments
    [InlineData("-", "(-)")]
    [InlineData("-a -- -a --bee=x --", "-a (-a) (--bee=x) (--)")] // behind -- nothing is one
    [InlineData("-b -- -a", "-b=-- -a")] // the value of an option is none that ends them
    [InlineData("one=1", "(one=1)")]
    public void Each_word_is_taken_once(string line, string taken)
    {
        var seen = new List<string>();
        var words = new CommandLine(line.Split(' '), "b");
        words.Each(
            option => seen.Add(option is "-b" or "--bee" ? $"{option}={words.Value(option)}" : option),
            argument => seen.Add($"({argument})"));
        Assert.Equal(taken, string.Join(' ', seen));
    }

    [Theory]
    [InlineData("-a-")]
    [InlineData("-a-bee")]
    public void A_hyphen_is_no_letter_of_an_option(string word) =>
        Assert.Throws<UsageException>(() => new CommandLine([word], "b").Each(_ => { }, _ => { }));

    [Fact]
    public void A_value_that_nobody_takes_is_a_mistake()
    {
        var words = new CommandLine(["-a", "--cee=1"], "");
        Assert.Equal("--cee takes no value", Assert.Throws<UsageException>(() => words.Each(_ => { }, _ => { })).Message);
    }
}
