using System.Text;
using Xen.Linux;
using Xen.Linux.Files;
using XenDomains.Answers;
using XenDomains.Toolstack;

namespace XenDomains.Tests.Answers;

/// <summary>An answer of xl counts again for the same text, under the same basis, and where nobody else can have written it.</summary>
public sealed class KeptAnswersTests : IDisposable
{
    const string Text = "name = \"web\"\n";

    static readonly GuestSetup Setup = new("wéb \"1\" \u2028", 512,
        [new("/dev/vg/web", true), new("/srv/cd.iso", false), new("nbd:x", true, false)], ["xenbr0", "ovs.7"])
    {
        Backends = ["net", "disk"],
        Files = [("kernel", "/boot/vmlinuz"), ("firmware", "/opt/\ud83d\ude80")],
        HasPci = true,
        TrustsPygrub = true,
    };

    readonly TempFolder folder = new();
    AnswerBasis basis = new("one", 0);

    string Cache => folder.File("cache");

    string CacheFile => Path.Combine(Cache, "configurations");

    [Fact]
    public void The_answer_about_an_unchanged_file_is_the_same_as_before()
    {
        string file = Write("web", Text);
        Learn(file);
        Assert.Equivalent(Setup, Ask(file), strict: true);
        Assert.Null(Ask(Write("other", Text)));
    }

    // Neither times nor length can tell: the edit is made in the instant after xl has read, and the time is put back.
    [Fact]
    public void An_edit_of_the_same_length_in_the_same_instant_is_noticed()
    {
        string file = Write("web", Text);
        var time = File.GetLastWriteTimeUtc(file);
        Learn(file);
        Write("web", Text.Replace('w', 'b'));
        File.SetLastWriteTimeUtc(file, time);
        Assert.Null(Ask(file));
    }

    [Fact]
    public void Under_another_basis_no_answer_counts()
    {
        string file = Write("web", Text);
        Learn(file);
        basis = new("two", 0);
        Assert.Null(Ask(file));
        Learn(file);
        Assert.NotNull(Ask(file));
    }

    // xl may have read either text.
    [Theory]
    [InlineData("changed"), InlineData("replaced"), InlineData("gone")]
    public void A_file_that_changes_while_xl_reads_it_has_no_answer(string how)
    {
        string file = Write("web", Text);
        Learn(file, meanwhile: () =>
        {
            if (how == "changed")
                Write("web", "name = \"web2\"\n");
            else if (how == "gone")
                File.Delete(file);
            else
                File.Move(Write("web.new", Text), file, overwrite: true);
        });
        Assert.Null(Ask(Write("web", Text)));
    }

    // Within a tick of the clock two texts have one time of change.
    [Fact]
    public void A_file_that_was_changed_just_before_has_its_answer_kept_another_time()
    {
        string file = Write("web", Text);
        Learn(file, now: DateTime.UtcNow);
        Assert.Null(Ask(file));
        Assert.False(File.Exists(CacheFile));
        Learn(file);
        Assert.NotNull(Ask(file));
    }

    [Fact]
    public void Nor_is_an_answer_kept_of_an_xl_that_was_changed_just_before_or_meanwhile()
    {
        string file = Write("web", Text);
        basis = basis with { Changed = (DateTime.UtcNow.AddMinutes(1) - DateTime.UnixEpoch).Ticks * 100 };
        Learn(file);
        basis = new("one", 0);
        Assert.Null(Ask(file));
        Learn(file, meanwhile: () => basis = new("two", 0));
        Assert.Null(Ask(file));
        basis = new("one", 0);
        Assert.Null(Ask(file));
    }

    // Which nodes there are is the hypervisor's to say, and may differ after the next boot.
    [Theory]
    [InlineData("cpus = \"node:1\""), InlineData("cpus=['nodes:0-1,^node:0']"), InlineData("vnuma = [ [ \"pnode=0\" ] ]")]
    public void An_answer_that_depends_on_the_hosts_nodes_is_not_kept(string line)
    {
        string file = Write("web", Text + line);
        Learn(file);
        Assert.Null(Ask(file));
    }

    [Fact]
    public void A_damaged_file_has_no_answers_and_is_replaced()
    {
        string file = Write("web", Text);
        Learn(file);
        byte[] whole = File.ReadAllBytes(CacheFile);
        for (int at = 0; at < whole.Length; at++)
        {
            byte[] damaged = [.. whole];
            damaged[at] ^= 1;
            Damage(damaged);
            Damage(whole[..at]);
        }
        Damage([.. whole, (byte)' ']);
        Learn(file);
        Assert.NotNull(Ask(file));

        void Damage(byte[] bytes)
        {
            File.WriteAllBytes(CacheFile, bytes);
            Assert.Null(Ask(file));
        }
    }

    // A digest fits what another version wrote, too.
    [Theory]
    [InlineData("{}"), InlineData("[]"), InlineData("no json"), InlineData("{\"version\": 2, \"basis\": \"one\", \"answers\": [1]}")]
    [InlineData("{\"version\": 1, \"basis\": \"one\", \"answers\": [{\"file\": null}]}")]
    [InlineData("{\"version\": \"1\", \"basis\": \"one\", \"answers\": []}")]
    [InlineData("""
        {"version": 1, "basis": "one", "answers": [{"file": "f", "text": "t", "name": "n", "memory": 1, "disks": ["half"]}]}
        """)]
    public void A_file_of_another_form_has_no_answers(string content)
    {
        string file = Write("web", Text);
        Learn(file);
        string digest = System.IO.Hashing.XxHash128.HashToUInt128(Encoding.UTF8.GetBytes(content)).ToString("x32");
        File.WriteAllText(CacheFile, digest + "\n" + content);
        Assert.Null(Ask(file));
    }

    [Theory]
    [InlineData("cache/configurations", 0x1B4), InlineData("cache/configurations", 0x182)] // 0664, 0602
    [InlineData("cache", 0x1F8), InlineData("cache", 0x1C2)] // 0770, 0702
    public void What_others_may_write_is_not_believed(string what, int mode)
    {
        string file = Write("web", Text);
        Learn(file);
        File.SetUnixFileMode(folder.File(what), (UnixFileMode)mode);
        Assert.Null(Ask(file));
    }

    [Theory]
    [InlineData("cache/configurations"), InlineData("cache")]
    public void Nor_is_what_belongs_to_another_user(string what)
    {
        if (ResourceLimits.UserId != 0)
            return; // only root can give a file away
        string file = Write("web", Text);
        Learn(file);
        Assert.Equal(0, Programs.Run(Programs.Describe("/bin/chown", ["12345", folder.File(what)], [])).Status);
        Assert.Null(Ask(file));
    }

    [Fact]
    public void Nobody_else_can_read_it()
    {
        Learn(Write("web", Text));
        Assert.Equal(Folder.Private, File.GetUnixFileMode(Cache));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(CacheFile));
    }

    [Fact]
    public void Answers_about_files_that_are_gone_leave_and_those_about_files_of_others_stay()
    {
        string web = Write("web", Text), db = Write("db", Text), gone = Write("gone", Text);
        Learn(web, db, gone);
        File.Delete(gone);
        Learn(web);
        Assert.DoesNotContain(gone, File.ReadAllText(CacheFile), StringComparison.Ordinal);
        Assert.NotNull(Ask(db));
    }

    [Fact]
    public void No_more_than_4096_answers_are_kept()
    {
        string[] files = [.. Enumerable.Range(0, 4100).Select(number => Write($"guest{number}", Text))];
        Learn(files);
        var kept = Open();
        Assert.Equal(4096, files.Count(file => kept.Of(file, Encoding.UTF8.GetBytes(Text)) is not null));
    }

    [Fact]
    public void A_look_that_learns_nothing_writes_nothing()
    {
        string file = Write("web", Text);
        Learn(file);
        File.SetLastWriteTimeUtc(CacheFile, DateTime.UnixEpoch);
        Assert.NotNull(Ask(file));
        Assert.Equal(DateTime.UnixEpoch, File.GetLastWriteTimeUtc(CacheFile));
    }

    // Whoever reads meanwhile finds whole files.
    [Fact]
    public void Several_at_once_do_not_harm_each_other()
    {
        string[] files = [.. Enumerable.Range(0, 8).Select(number => Write($"guest{number}", Text + number))];
        Parallel.ForEach(Enumerable.Range(0, 200), round => Learn([files[round % 8], files[(round + 1) % 8]]));
        Learn(files);
        Assert.All(files, file => Assert.NotNull(Ask(file)));
        Assert.Equal(["configurations"], Directory.EnumerateFiles(Cache).Select(Path.GetFileName));
    }

    [Fact]
    public void A_folder_that_cannot_be_made_costs_nothing_but_time()
    {
        string file = Write("web", Text);
        Write("cache", "a file");
        Learn(file);
        Assert.Null(Ask(file));
    }

    [Fact]
    public void Why_an_answer_cannot_be_kept_is_said()
    {
        string file = Write("web", Text);
        Directory.CreateDirectory(Cache);
        File.SetUnixFileMode(Cache, (UnixFileMode)0x1FD /* 0775 */);
        Assert.Equal($"{Cache} belongs to another user, or others may write to it", Learn(file));
        File.SetUnixFileMode(Cache, Folder.Private);
        Assert.Null(Learn(file));
    }

    public void Dispose() => folder.Dispose();

    string Write(string name, string text)
    {
        File.WriteAllText(folder.File(name), text);
        return folder.File(name);
    }

    // The files of a test are a moment old, so it looks later.
    KeptAnswers Open(DateTime? now = null) => KeptAnswers.Open(Cache, () => basis, now ?? DateTime.UtcNow.AddMinutes(1));

    void Learn(params string[] files) => Learn(files, null, null);

    string? Learn(string file, Action? meanwhile = null, DateTime? now = null) => Learn([file], meanwhile, now);

    // Returns why it could not be kept.
    string? Learn(string[] files, Action? meanwhile, DateTime? now)
    {
        var kept = Open(now);
        foreach (string file in files)
        {
            var stamp = FileStamp.Of(file);
            byte[] text = File.ReadAllBytes(file);
            if (kept.Of(file, text) is not null)
                continue;
            meanwhile?.Invoke();
            kept.Add(file, text, stamp, Setup);
        }
        kept.Close();
        return kept.WhyNotWritten;
    }

    GuestSetup? Ask(string file)
    {
        var kept = Open();
        var setup = kept.Of(file, File.ReadAllBytes(file));
        kept.Close();
        return setup;
    }
}
