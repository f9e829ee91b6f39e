using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Xen.Conformance;

/// <summary>A daemon that the rules are played against.</summary>
/// <param name="Name">Its name in the scripts.</param>
/// <param name="EventsAfterReply">It answers WRITE, MKDIR, RM and SET_PERMS before it sends the events that they caused.</param>
sealed record Target(string Name, bool EventsAfterReply)
{
    public static readonly Target[] All = [new("c417", false), new("oxen", true), new("xenstored", false), new("core", false)];

    const string Placeholder = "/@dir@";

    string[]? _template;

    /// <summary>The targets that XENSTORE_TARGETS (a comma list) leaves in; all when it is not set.</summary>
    public static IEnumerable<Target> Chosen()
    {
        var names = Environment.GetEnvironmentVariable("XENSTORE_TARGETS")?.Split(',', StringSplitOptions.TrimEntries);
        return All.Where(target => names is null || names.Contains(target.Name));
    }

    public IStage Open() => IsCore ? new CoreStage() : new SocketStage(this);

    /// <summary>Our core in this process: no rings, no daemon.</summary>
    public bool IsCore => Name == "core";

    /// <summary>The socket's path, then the command that starts the daemon in the foreground with its files below the folder.</summary>
    public string[] Command(string folder)
    {
        _template ??= Name == "xenstored" ? OwnTemplate() : PeerTemplate();
        return [.. _template.Select(word => word.Replace(Placeholder, folder, StringComparison.Ordinal))];
    }

    static string[] OwnTemplate()
    {
        const string dir = Placeholder;
        return
        [
            $"{dir}/socket", "env", $"XENSTORED_PATH={dir}/socket", $"XENSTORED_RUNDIR={dir}", OwnBinary(),
            "-N", "--pid-file", $"{dir}/pid", "--hypervisor", $"simulated:{dir}/shim",
        ];
    }

    static string OwnBinary()
    {
        if (Environment.GetEnvironmentVariable("XENSTORED_BINARY") is { Length: > 0 } given)
        {
            return File.Exists(given) ? given : throw new FileNotFoundException($"XENSTORED_BINARY names {given}, which is not there.");
        }
        var root = Path.GetFullPath(Path.Combine(Here(), "../.."));
        var published = Path.Combine(root, "out/bin/xenstored");
        var bin = Path.Combine(root, "src/XenStored/bin");
        return File.Exists(published)
            ? published
            : (Directory.Exists(bin) ? Directory.GetDirectories(bin) : [])
                .Select(configuration => Path.Combine(configuration, "net10.0/xenstored"))
                .Where(File.Exists)
                .OrderByDescending(File.GetLastWriteTimeUtc)
                .FirstOrDefault()
                ?? throw new FileNotFoundException(
                    "There is no xenstored to test: build src/XenStored, set XENSTORED_BINARY or leave it out of XENSTORE_TARGETS.");
    }

    string[] PeerTemplate()
    {
        var peers = Path.GetFullPath(Path.Combine(Here(), "../Peers"));
        if (!File.Exists(Path.Combine(peers, "cache/xenshim.so")))
        {
            throw new FileNotFoundException(
                $"The peer {Name} is not built: run `make -C tests/Peers` or leave it out of XENSTORE_TARGETS.");
        }
        using var script = Process.Start(new ProcessStartInfo(Path.Combine(peers, "run-peer.sh"), ["cmd", Name, Placeholder])
        {
            RedirectStandardOutput = true,
        })!;
        var words = script.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        script.WaitForExit();
        return words;
    }

    static string Here([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
