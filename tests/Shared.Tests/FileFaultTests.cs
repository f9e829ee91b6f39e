using Xen.Linux;
using Xen.Linux.Files;

namespace Xen.Tests;

/// <summary>A failed access to files is a value; a fault of the code is an exception as ever.</summary>
public sealed class FileFaultTests
{
    const string Absent = "/nowhere/at/all";

    [Fact]
    public void Why_something_failed_is_a_sentence()
    {
        Assert.Contains(Absent, FileFault.Of(() => File.ReadAllText(Absent)), StringComparison.Ordinal);
        Assert.Equal("the disk is broken", FileFault.Of(() => throw new IOException("the disk is broken")));
        Assert.Equal("no right", FileFault.Of(() => throw new UnauthorizedAccessException("no right")));
        Assert.NotNull(FileFault.Of(() => throw new PosixException("open it", Errno.EIO)));
        Assert.Null(FileFault.Of(() => { }));
    }

    [Fact]
    public void A_file_that_cannot_be_read_has_what_the_caller_says()
    {
        Assert.Equal("unknown", FileFault.Otherwise(() => File.ReadAllText(Absent), "unknown"));
        Assert.Equal("read", FileFault.Otherwise(() => "read", "unknown"));
    }

    [Fact]
    public void A_fault_of_the_code_passes()
    {
        Assert.Throws<InvalidOperationException>(() => FileFault.Of(() => throw new InvalidOperationException()));
        Assert.Throws<ArgumentException>(() => FileFault.Otherwise(() => throw new ArgumentException("wrong"), 0));
    }
}
