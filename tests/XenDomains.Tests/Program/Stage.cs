using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text;
using XenDomains.Tests.Images;

namespace XenDomains.Tests.Program;

/// <summary>A host for the real executable: settings, configurations, a save folder, and a toolstack that does what the test says.</summary>
sealed class Stage : IDisposable
{
    static readonly string Root = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Here())!, "../../.."));

    internal Stage(string settings = "")
    {
        foreach (string folder in (string[])["auto", "save", "xl/images", "xl/play", "xl/domains", "run"])
            Directory.CreateDirectory(Path.Combine(Folder, folder));
        File.WriteAllText(Path.Combine(Folder, "settings"), $"""
            XENDOMAINS_AUTO={Folder}/auto
            XENDOMAINS_SAVE={Folder}/save
            XENDOMAINS_STOP_MAXWAIT=20
            XENDOMAINS_RETRIES=0
            {settings}
            """);
        File.WriteAllText(Path.Combine(Folder, "xl/calls"), "");
    }

    internal string Folder { get; } = Directory.CreateTempSubdirectory("xd").FullName;

    internal string Saves => Path.Combine(Folder, "save");

    internal Dictionary<string, string> Environment { get; } = [];

    /// <summary>The calls of the toolstack that did something, in the order in which they began.</summary>
    internal string[] Deeds => [.. Calls.Where(call => !call.StartsWith("list", StringComparison.Ordinal) && !call.Contains("--dryrun", StringComparison.Ordinal) && !call.StartsWith("end ", StringComparison.Ordinal) && call is not "info")];

    internal string[] Calls => File.ReadAllLines(Path.Combine(Folder, "xl/calls"));

    internal string[] Running => [.. Directory.EnumerateFiles(Path.Combine(Folder, "xl/domains")).Select(file => File.ReadLines(file).First()).Order(StringComparer.Ordinal)];

    /// <summary>A guest that starts with the host.</summary>
    /// <returns>The file of its configuration.</returns>
    internal string Auto(string name, string more = "", string? file = null)
    {
        string path = Path.Combine(Folder, "auto", file ?? name.Replace("/", "_", StringComparison.Ordinal));
        File.WriteAllText(path, $"name = {(name.Contains('"', StringComparison.Ordinal) ? $"'{name}'" : $"\"{name}\"")}\n{more}\n");
        File.WriteAllBytes(Path.Combine(Folder, "xl/images", Hex(name)), ImageBytes.Of(name));
        return path;
    }

    /// <summary>A guest that somebody has started.</summary>
    internal void Run(int id, string name, string state = "-b----", int memory = 64) =>
        File.WriteAllText(Path.Combine(Folder, "xl/domains", $"{id}"), $"{name}\n{Guid.NewGuid()}\n{state}\n{memory}\n");

    /// <summary>An image as a save leaves it.</summary>
    internal string Image(string name, int cut = 0)
    {
        byte[] bytes = ImageBytes.Of(name);
        string path = Path.Combine(Saves, name);
        File.WriteAllBytes(path, bytes[..^cut]);
        return path;
    }

    /// <summary>The file of settings, anew.</summary>
    internal void Settings(string text) => File.WriteAllText(Path.Combine(Folder, "settings"), text.Replace("FOLDER", Folder, StringComparison.Ordinal));

    /// <summary>What goes wrong: see the script.</summary>
    internal void Play(string verb, string? name, string what) => File.WriteAllText(Path.Combine(Folder, "xl/play", name is null ? verb : $"{verb}-{Hex(name)}"), what + "\n");

    internal (int Status, string Printed, string Said) Do(params string[] words)
    {
        using var process = Begin(words);
        var said = process.StandardError.ReadToEndAsync();
        string printed = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, printed, said.Result);
    }

    internal Process Begin(params string[] words)
    {
        var start = new ProcessStartInfo(Path.Combine(Root, "out/bin/xendomains"), ["--config", Path.Combine(Folder, "settings"), "--xl", Path.Combine(Root, "tests/XenDomains.Tests/Program/xl"), "--run-dir", Path.Combine(Folder, "run"), "--lock-file", Path.Combine(Folder, "started"), .. words])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["XL"] = Path.Combine(Folder, "xl");
        start.Environment["XENSTORED_PATH"] = Path.Combine(Folder, "no-store");
        foreach (var (name, value) in Environment)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    static string Hex(string name) => Convert.ToHexStringLower(Encoding.UTF8.GetBytes(name));

    static string Here([CallerFilePath] string path = "") => path;
}
