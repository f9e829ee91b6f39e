using XenDomains.Answers;

namespace XenDomains.Tests.Answers;

/// <summary>What an answer of xl depends on: each of these things, changed alone, makes all answers old ones.</summary>
public sealed class AnswerBasisTests : IDisposable
{
    readonly TempFolder host = new();

    public AnswerBasisTests()
    {
        foreach (string file in Files.Concat(Texts))
            Write(file, "1");
        File.SetUnixFileMode(Xl, UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.UserWrite);
    }

    static string[] Files =>
    [
        "usr/sbin/xl", "usr/lib/xen-4.17/bin/xl", "usr/lib/xen-4.20/bin/xl", "etc/xen/xl.conf", "etc/ld.so.cache",
        "usr/lib/libxenlight.so.4.17.0", "usr/lib/x86_64-linux-gnu/libxlutil.so.4.17", "usr/lib64/libxenctrl.so.4.17",
        "usr/local/lib/libxenlight.so.4.20",
    ];

    static string[] Texts =>
    [
        "sys/hypervisor/version/major", "sys/hypervisor/version/minor", "sys/hypervisor/version/extra",
        "sys/hypervisor/compilation/compile_date", "sys/hypervisor/properties/changeset",
    ];

    public static TheoryData<string> Things => [.. Files, .. Texts];

    string Xl => host.File("usr/sbin/xl");

    [Fact]
    public void It_is_the_same_while_nothing_changes() => Assert.Equal(Look(), Look());

    [Theory]
    [MemberData(nameof(Things))]
    public void Another_content_makes_it_another(string file) => Changes(() => Write(file, "12"));

    [Theory]
    [MemberData(nameof(Things))]
    public void So_does_a_thing_that_is_gone(string file) => Changes(() => File.Delete(host.File(file)));

    // As a package manager does it: of the same length, and with the time that the package says.
    [Theory]
    [InlineData("usr/sbin/xl"), InlineData("etc/xen/xl.conf"), InlineData("usr/lib/libxenlight.so.4.17.0")]
    public void So_does_a_file_of_the_same_length_and_time_that_takes_its_name(string file) => Changes(() =>
    {
        Write(file + ".new", "2");
        File.SetUnixFileMode(host.File(file + ".new"), File.GetUnixFileMode(host.File(file)));
        File.SetLastWriteTimeUtc(host.File(file + ".new"), File.GetLastWriteTimeUtc(host.File(file)));
        File.Move(host.File(file + ".new"), host.File(file), overwrite: true);
    });

    [Theory]
    [InlineData("usr/lib/libxenlight.so.4.18"), InlineData("usr/lib/xen-4.18/bin/xl")]
    public void So_does_a_library_or_an_xl_that_comes(string file) => Changes(() => Write(file, "1"));

    [Fact]
    public void So_does_another_xl_or_none()
    {
        var first = Look();
        Write("opt/xen/sbin/xl", "1");
        Assert.NotEqual(first, AnswerBasis.Of(host.File("opt/xen/sbin/xl"), host.Path));
        Assert.NotEqual(first, AnswerBasis.Of("no-such-program", host.Path));
    }

    // A service and a shell often have these folders in another order in PATH.
    [Fact]
    public void An_xl_is_the_same_by_another_name()
    {
        Directory.CreateSymbolicLink(host.File("sbin"), host.File("usr/sbin"));
        File.CreateSymbolicLink(host.File("usr/bin-xl"), Xl);
        Assert.Equal(Look(), AnswerBasis.Of(host.File("sbin/xl"), host.Path));
        Assert.Equal(Look(), AnswerBasis.Of(host.File("usr/bin-xl"), host.Path));
    }

    // Built by hand: its libraries are beside its programs.
    [Fact]
    public void The_libraries_beside_an_xl_count()
    {
        Write("opt/xen/sbin/xl", "1");
        Write("opt/xen/lib/libxenlight.so.4.22", "1");
        var first = AnswerBasis.Of(host.File("opt/xen/sbin/xl"), host.Path);
        Write("opt/xen/lib/libxenlight.so.4.22", "12");
        Assert.NotEqual(first, AnswerBasis.Of(host.File("opt/xen/sbin/xl"), host.Path));
    }

    [Fact]
    public void What_is_none_of_xls_does_not_count()
    {
        var first = Look();
        Write("usr/lib/libother.so.1", "1");
        Write("etc/xen/auto/web", "1");
        Assert.Equal(first, Look());
    }

    [Fact]
    public void It_knows_when_the_youngest_of_its_files_changed()
    {
        var before = DateTime.UtcNow;
        Write("etc/xen/xl.conf", "12");
        Assert.False(Xen.Linux.Files.FileStamp.WasAlone(Look().Changed, before));
        Assert.True(Xen.Linux.Files.FileStamp.WasAlone(Look().Changed, DateTime.UtcNow.AddMinutes(1)));
    }

    public void Dispose() => host.Dispose();

    void Changes(Action change)
    {
        var first = Look();
        change();
        Assert.NotEqual(first.Digest, Look().Digest);
    }

    AnswerBasis Look() => AnswerBasis.Of(Xl, host.Path);

    void Write(string file, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(host.File(file))!);
        File.WriteAllText(host.File(file), text);
    }
}
