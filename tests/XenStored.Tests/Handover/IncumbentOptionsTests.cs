using XenStored.Options;

namespace XenStored.Tests.Handover;

/// <summary>Of our command line C xenstored gets the words that it knows, and no others.</summary>
public sealed class IncumbentOptionsTests
{
    [Theory]
    [InlineData("-N --pid-file /p --hypervisor xen --quota=nodes=1", "-N --pid-file /p --quota=nodes=1")]
    [InlineData("-NE5 --poll-us 10 -S 4096", "-NE5 -S 4096")]
    [InlineData("--trace-control -wrl -N", "-N")] // the value is no -w
    [InlineData("--trace-control=-wrl -N", "-N")]
    [InlineData("-- -N", "-N")]
    public void Only_what_it_knows_is_handed_on(string own, string handedOn) =>
        Assert.Equal(handedOn, string.Join(' ', IncumbentOptions.From(own.Split(' '))));
}
