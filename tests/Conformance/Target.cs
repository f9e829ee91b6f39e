using Xen.Support;

namespace Xen.Conformance;

/// <summary>A daemon that the rules are played against.</summary>
/// <param name="Name">Its name in the scripts.</param>
/// <param name="EventsAfterReply">It answers WRITE, MKDIR, RM and SET_PERMS before it sends the events that they caused.</param>
sealed record Target(string Name, bool EventsAfterReply)
{
    internal static readonly Target[] All = [new("c417", false), new("oxen", true), new("xenstored", false), new("core", false)];

    const string Placeholder = "/@dir@";

    string[]? template;

    /// <summary>The targets that XENSTORE_TARGETS (a comma list) leaves in; all when it is not set.</summary>
    internal static IEnumerable<Target> Chosen()
    {
        string[]? names = Environment.GetEnvironmentVariable("XENSTORE_TARGETS")?.Split(',', StringSplitOptions.TrimEntries);
        return All.Where(target => names is null || names.Contains(target.Name));
    }

    internal IStage Open() => IsCore ? new CoreStage() : new SocketStage(this);

    /// <summary>Our core in this process: no rings, no daemon.</summary>
    internal bool IsCore => Name == "core";

    /// <summary>The socket's path, then the command that starts the daemon in the foreground with its files below the folder.</summary>
    internal string[] Command(string folder)
    {
        template ??= Name == "xenstored" ? OwnTemplate() : PeerTemplate();
        return [.. template.Select(word => word.Replace(Placeholder, folder, StringComparison.Ordinal))];
    }

    static string[] OwnTemplate()
    {
        const string Dir = Placeholder;
        return
        [
            $"{Dir}/socket", "env", $"XENSTORED_PATH={Dir}/socket", $"XENSTORED_RUNDIR={Dir}", OwnBinary(),
            "-N", "--pid-file", $"{Dir}/pid", "--hypervisor", $"simulated:{Dir}/shim",
        ];
    }

    static string OwnBinary()
    {
        string binary = Environment.GetEnvironmentVariable("XENSTORED_BINARY") is { Length: > 0 } given
            ? given : Checkout.Program("xenstored");
        return File.Exists(binary)
            ? binary
            : throw new FileNotFoundException(
                $"There is no {binary} to test: build it, set XENSTORED_BINARY or leave xenstored out of XENSTORE_TARGETS.");
    }

    string[] PeerTemplate()
    {
        string peers = Checkout.Path("tests/Peers");
        if (!File.Exists(Path.Combine(peers, "cache/xenshim.so")))
        {
            throw new FileNotFoundException(
                $"The peer {Name} is not built: run `make -C tests/Peers` or leave it out of XENSTORE_TARGETS.");
        }
        return Programs.Run(Path.Combine(peers, "run-peer.sh"), "cmd", Name, Placeholder).Output
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
