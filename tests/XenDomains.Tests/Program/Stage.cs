using System.Text;
using Xen.Linux;
using XenDomains.Tests.Images;

namespace XenDomains.Tests.Program;

/// <summary>
/// A host for the real executable: settings, configurations, a save folder, and a toolstack that does what the test says.
/// </summary>
sealed class Stage : DaemonStage
{
    internal Stage(string settings = "")
    {
        foreach (string folder in (string[])["auto", "save", "xl/images", "xl/play", "xl/domains", "run"])
            Directory.CreateDirectory(File(folder));
        Settings($"""
            XENDOMAINS_AUTO={Folder}/auto
            XENDOMAINS_SAVE={Folder}/save
            XENDOMAINS_STOP_MAXWAIT=20
            XENDOMAINS_RETRIES=0
            {settings}
            """);
        System.IO.File.WriteAllText(File("xl/calls"), "");
        Environment["XL"] = File("xl");
    }

    internal string Saves => File("save");

    /// <summary>The calls of the toolstack that did something, in the order in which they began.</summary>
    internal string[] Deeds =>
        [.. Calls.Where(call => call is not "info" && !call.StartsWith("list", StringComparison.Ordinal)
            && !call.StartsWith("end ", StringComparison.Ordinal) && !call.Contains("--dryrun", StringComparison.Ordinal))];

    internal string[] Calls => System.IO.File.ReadAllLines(File("xl/calls"));

    internal string[] Running =>
        [.. Directory.EnumerateFiles(File("xl/domains")).Select(file => System.IO.File.ReadLines(file).First())
            .Order(StringComparer.Ordinal)];

    /// <summary>A guest that starts with the host.</summary>
    /// <returns>The file of its configuration.</returns>
    internal string Auto(string name, string more = "", string? file = null)
    {
        string path = Path.Combine(File("auto"), file ?? name.Replace("/", "_", StringComparison.Ordinal));
        System.IO.File.WriteAllText(path,
            $"name = {(name.Contains('"', StringComparison.Ordinal) ? $"'{name}'" : $"\"{name}\"")}\n{more}\n");
        System.IO.File.WriteAllBytes(Path.Combine(File("xl/images"), Hex(name)), ImageBytes.Of(name));
        return path;
    }

    /// <summary>A guest that somebody has started.</summary>
    internal void Run(int id, string name, string state = "-b----", int memory = 64) =>
        System.IO.File.WriteAllText(File($"xl/domains/{id}"), $"{name}\n{Guid.NewGuid()}\n{state}\n{memory}\n");

    /// <summary>An image as a save leaves it.</summary>
    internal string Image(string name, int cut = 0)
    {
        byte[] bytes = ImageBytes.Of(name);
        string path = Path.Combine(Saves, name);
        System.IO.File.WriteAllBytes(path, bytes[..^cut]);
        return path;
    }

    /// <summary>The file of settings, anew.</summary>
    internal void Settings(string text) =>
        System.IO.File.WriteAllText(File("settings"), text.Replace("FOLDER", Folder, StringComparison.Ordinal));

    /// <summary>What goes wrong: see the script.</summary>
    internal void Play(string verb, string? name, string what) =>
        System.IO.File.WriteAllText(Path.Combine(File("xl/play"), name is null ? verb : $"{verb}-{Hex(name)}"), what + "\n");

    internal (int Status, string Printed, string Said) Do(params string[] words) => RunProgram("xendomains", Words(words));

    /// <summary>The same, where the current folder is another one.</summary>
    internal (int Status, string Printed, string Said) DoIn(string folder, params string[] words)
    {
        var start = Describe("xendomains", Words(words));
        start.WorkingDirectory = folder;
        return Programs.Run(start);
    }

    /// <summary>Begins what takes a while; its output is not read.</summary>
    internal DaemonProcess Begin(params string[] words) => StartDaemon("xendomains", Words(words));

    /// <summary>The same as a process that the rights of files hold for, though it may be root's.</summary>
    internal DaemonProcess BeginWithoutPrivilege(params string[] words) => ResourceLimits.UserId != 0 ? Begin(words)
        : StartDaemon("/usr/bin/setpriv",
            ["--bounding-set=-dac_override,-dac_read_search", Checkout.Program("xendomains"), .. Words(words)]);

    /// <summary>The same on a terminal, which util-linux's script makes.</summary>
    internal (int Status, string Shown) DoOnTerminal(params string[] words)
    {
        string command = string.Join(' ', Words(words).Prepend(Checkout.Program("xendomains")).Select(word => $"'{word}'"));
        var start = Describe("/usr/bin/script", "-qefc", $"stty cols 100 rows 24; exec {command}", "/dev/null");
        start.Environment["SHELL"] = "/bin/sh";
        start.Environment["TERM"] = "xterm";
        var (status, shown, _) = Programs.Run(start);
        return (status, shown);
    }

    string[] Words(string[] words) =>
    [
        "--config", File("settings"), "--xl", Checkout.Path("tests/XenDomains.Tests/Program/xl"),
        "--run-dir", File("run"), "--lock-file", File("started"),
        "--cache-dir", File("cache"), .. words,
    ];

    static string Hex(string name) => Convert.ToHexStringLower(Encoding.UTF8.GetBytes(name));
}
