using System.IO.Compression;
using System.Text;
using XenConsoled.Core;
using XenConsoled.Logs;

namespace XenConsoled.Tests.Logs;

public sealed class LogFileTests : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("logs-").FullName;
    readonly LogSpace space = new();

    string At(string name) => Path.Combine(folder, name);

    LogFile File(string name, LogLimits limits) => new(At(name), 0x1A4, limits, space);

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void A_full_file_is_put_away_compressed_and_the_oldest_goes()
    {
        using var log = File("guest-a.log", new(1000, 2, 0, true));
        for (int i = 0; i < 10; i++)
            Assert.Equal(0, log.Write(Encoding.ASCII.GetBytes($"{i}" + new string('x', 598) + "\n")));
        Assert.Equal(["guest-a.log", "guest-a.log.1.gz", "guest-a.log.2.gz"], Names());
        Assert.StartsWith("9x", System.IO.File.ReadAllText(At("guest-a.log")), StringComparison.Ordinal);
        Assert.StartsWith("8x", Unpacked("guest-a.log.1.gz"), StringComparison.Ordinal);
        Assert.StartsWith("7x", Unpacked("guest-a.log.2.gz"), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_generations_the_file_begins_anew_and_without_compression_it_is_plain()
    {
        using (var log = File("guest-a.log", new(1000, 0, 0, true)))
            for (int i = 0; i < 5; i++)
                log.Write(new byte[600]);
        Assert.Equal(["guest-a.log"], Names());
        using (var log = File("guest-b.log", new(1000, 1, 0, false)))
            for (int i = 0; i < 5; i++)
                log.Write(new byte[600]);
        Assert.Equal(["guest-a.log", "guest-b.log", "guest-b.log.1"], Names());
    }

    [Fact]
    public void All_files_together_stay_below_the_ceiling()
    {
        const long Total = 1 << 20;
        var limits = new LogLimits(200_000, 5, Total, false);
        System.IO.File.WriteAllBytes(At("guest-long-gone.log"), new byte[900_000]);
        System.IO.File.WriteAllBytes(At("notes.txt"), new byte[900_000]); // not ours
        using var one = File("guest-one.log", limits);
        using var two = File("guest-two.log", limits);
        for (int i = 0; i < 3000; i++)
        {
            Assert.Equal(0, one.Write(new byte[1000]));
            Assert.Equal(0, two.Write(new byte[500]));
        }
        Assert.InRange(Directory.EnumerateFiles(folder, "*.log*").Sum(file => new FileInfo(file).Length), 200_000, Total);
        Assert.False(System.IO.File.Exists(At("guest-long-gone.log")));
        Assert.True(System.IO.File.Exists(At("notes.txt")));
    }

    [Fact]
    public void Many_that_run_share_the_ceiling() => Assert.Equal(100_000, Shared(new(1 << 20, 4, 1_000_000, true)));

    long Shared(LogLimits limits)
    {
        for (int i = 0; i < 10; i++)
            space.Opened($"guest-{i}");
        return space.FileLimit(limits);
    }

    [Fact]
    public void A_file_that_was_moved_away_is_begun_anew_after_close()
    {
        using var log = File("guest-a.log", new(0, 0, 0, false));
        log.Write("before\n"u8);
        System.IO.File.Move(At("guest-a.log"), At("moved"));
        log.Write("still there\n"u8);
        log.Close();
        log.Write("after\n"u8);
        Assert.Equal("before\nstill there\n", System.IO.File.ReadAllText(At("moved")));
        Assert.Equal("after\n", System.IO.File.ReadAllText(At("guest-a.log")));
    }

    [Fact]
    public void A_missing_folder_is_made_and_one_that_cannot_be_is_an_errno()
    {
        using var deep = new LogFile(At("a/b/guest-a.log"), 0x1A4, default, space);
        Assert.Equal(0, deep.Write("x"u8));
        System.IO.File.WriteAllText(At("file"), "");
        using var impossible = new LogFile(At("file/guest-a.log"), 0x1A4, default, space);
        Assert.Equal(20 /* ENOTDIR */, impossible.Write("x"u8));
    }

    [Fact]
    public void A_device_is_never_put_away_or_truncated()
    {
        string device = At("guest-device.log");
        System.IO.File.CreateSymbolicLink(device, "/dev/null");
        using var log = new LogFile(device, 0x1A4, new(1000, 2, 1 << 20, true), space);
        for (int i = 0; i < 100; i++)
            Assert.Equal(0, log.Write(new byte[600]));
        Assert.Equal("/dev/null", new FileInfo(device).LinkTarget);
        Assert.Equal(["guest-device.log"], Names());
    }

    [Fact]
    public void Logs_of_guests_that_are_no_more_go_although_none_was_ever_full()
    {
        for (int i = 0; i < 30; i++)
            System.IO.File.WriteAllBytes(At($"guest-once-{i}.log"), new byte[100_000]);
        System.IO.File.WriteAllBytes(At("guest-killed.log.1.gz.part"), new byte[100_000]);
        System.IO.File.CreateSymbolicLink(At("guest-dangling.log"), "/nonexistent");
        using var log = File("guest-new.log", new(500_000, 2, 1 << 20, true));
        log.Write("x"u8);
        var files = Directory.EnumerateFiles(folder).Select(file => new FileInfo(file)).Where(file => file.LinkTarget is null);
        Assert.InRange(files.Sum(file => file.Length), 1, 600_000);
        Assert.False(System.IO.File.Exists(At("guest-killed.log.1.gz.part")));
    }

    [Fact]
    public void A_log_of_C_xenconsoleds_whose_name_is_no_text_is_left_alone_and_the_ceiling_holds_for_the_others()
    {
        Shell("head -c 5000 /dev/zero >\"$(printf 'guest-caf\\351.log')\"");
        for (int i = 0; i < 30; i++)
            System.IO.File.WriteAllBytes(At($"guest-once-{i}.log"), new byte[100_000]);
        using var log = File("guest-new.log", new(500_000, 2, 1 << 20, true));
        log.Write("x"u8);
        Assert.Null(log.TakeProblem());
        Assert.InRange(Directory.EnumerateFiles(folder, "guest-once-*").Sum(file => new FileInfo(file).Length), 1, 600_000);
        Shell("rm \"$(printf 'guest-caf\\351.log')\""); // it is there, and .NET could not remove the folder around it

        void Shell(string line)
        {
            var start = new System.Diagnostics.ProcessStartInfo("sh", ["-c", line]) { WorkingDirectory = folder };
            using var shell = System.Diagnostics.Process.Start(start)!;
            shell.WaitForExit();
            Assert.Equal(0, shell.ExitCode);
        }
    }

    [Fact]
    public void What_cannot_be_put_away_is_told_once_and_goes_on()
    {
        Directory.CreateDirectory(At("guest-a.log.1/in the way"));
        using var log = File("guest-a.log", new(1000, 1, 0, false));
        int told = 0;
        for (int i = 0; i < 20; i++)
        {
            Assert.Equal(0, log.Write(new byte[600]));
            told += log.TakeProblem() is null ? 0 : 1;
        }
        Assert.Equal(1, told);
        Assert.Equal(12_000, log.Length);
    }

    [Fact]
    public void On_a_full_disk_nothing_of_a_write_stays()
    {
        using var log = new LogFile("/dev/full", 0x1A4, default, space);
        Assert.Equal(28 /* ENOSPC */, log.Write("x"u8));
        Assert.Equal(-1, log.Length);
    }

    string[] Names() => [.. Directory.EnumerateFiles(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal)!];

    string Unpacked(string name)
    {
        using var reader = new StreamReader(new GZipStream(System.IO.File.OpenRead(At(name)), CompressionMode.Decompress));
        return reader.ReadToEnd();
    }
}
