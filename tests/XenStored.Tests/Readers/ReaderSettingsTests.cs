using Xen.Hosting.Settings;
using XenStored.Connections.Sources;
using XenStored.Options;
using XenStored.Tests.Support;
using XenStored.Tree;

namespace XenStored.Tests.Readers;

/// <summary>The options of the read-only socket.</summary>
public sealed class ReaderSettingsTests
{
    [Fact]
    public void Nobody_may_read_unless_somebody_is_named()
    {
        Assert.False(StoreOptions.Parse(["--reader-sees=/", "--reader-watches=5"]).Readers.IsWanted);
        Assert.False(StoreOptions.Parse(["--reader-user=", "--reader-group", ""]).Readers.IsWanted); // a variable that is empty
        var readers = StoreOptions.Parse(["--reader-user=a, 7", "--reader-group", "b", "--reader-group=c"]).Readers;
        Assert.Equal((["a", "7"], ["b", "c"], true), (readers.Users.ToArray(), readers.Groups.ToArray(), readers.IsWanted), Same);
    }

    [Fact]
    public void A_name_that_the_host_does_not_have_is_logged_and_the_others_count()
    {
        var lines = new List<string>();
        var log = new LineLogger(lines);
        Assert.Null(ReaderPolicy.Of(StoreOptions.Parse(["--reader-group=no-such"]).Readers, log));
        Assert.NotNull(ReaderPolicy.Of(StoreOptions.Parse(["--reader-group=no-such,root"]).Readers, log));
        Assert.All(lines, line => Assert.Contains("--reader-group no-such: this host has no such name", line, StringComparison.Ordinal));
        Assert.Equal(2, lines.Count);
    }

    [Theory]
    [InlineData("local")]
    [InlineData("")]
    [InlineData("//")]
    [InlineData("/a/")]
    [InlineData("/a*/b")]
    [InlineData("/**/b")]
    [InlineData("/a b")]
    [InlineData("@other")]
    public void A_pattern_that_is_none_is_said_to_be_so(string pattern)
    {
        Assert.False(new PathPatterns().TryAdd(pattern));
        if (pattern.Length > 0)
            Assert.Contains($"--reader-sees {pattern}: a path is needed",
                Assert.Throws<UsageException>(() => StoreOptions.Parse(["--reader-sees", pattern])).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/", "/", true)]
    [InlineData("/", "/a", false)]
    [InlineData("/a", "/a", true)]
    [InlineData("/a", "/", false)]
    [InlineData("/a", "/a/b", false)]
    [InlineData("/a", "/ab", false)]
    [InlineData("/a/*", "/a", false)]
    [InlineData("/a/*", "/a/b", true)]
    [InlineData("/a/*/c", "/a/b/c", true)]
    [InlineData("/a/*/c", "/a/b/b/c", false)]
    [InlineData("/a/**", "/a", true)]
    [InlineData("/a/**", "/a/b/c", true)]
    [InlineData("/a/**", "/ab/c", false)]
    [InlineData("/**", "/", true)]
    [InlineData("/**", "/a/b", true)]
    [InlineData("/**", "@releaseDomain", false)]
    [InlineData("/*", "@releaseDomain", false)]
    [InlineData("@releaseDomain", "@releaseDomain", true)]
    [InlineData("@releaseDomain", "@releaseDomain/5", false)]
    [InlineData("@releaseDomain", "@introduceDomain", false)]
    public void A_star_is_one_name_and_two_are_all_below(string pattern, string path, bool isIn)
    {
        var paths = new PathPatterns();
        Assert.True(paths.TryAdd(pattern));
        Assert.Equal(isIn, paths.Has(System.Text.Encoding.ASCII.GetBytes(path)));
    }

    static bool Same((string[] Users, string[] Groups, bool) one, (string[] Users, string[] Groups, bool) other) =>
        one.Users.SequenceEqual(other.Users) && one.Groups.SequenceEqual(other.Groups) && one.Item3 == other.Item3;
}
