using Xen.Hosting.Settings;
using XenStored.Tree;

namespace XenStored.Options;

/// <summary>The options of the read-only socket.</summary>
sealed class ReaderOptions
{
    /// <summary>The users who may connect: names or uids.</summary>
    internal List<string> Users { get; } = [];

    /// <summary>The groups whose members may connect: names or gids.</summary>
    internal List<string> Groups { get; } = [];

    /// <summary>Patterns of what readers may read beside that which every guest may read.</summary>
    internal List<string> Paths { get; } = [];

    /// <summary>The clients of all readers at once.</summary>
    internal int Connections { get; private set; } = 64;

    /// <summary>The watches of all readers.</summary>
    internal int Watches { get; private set; } = 256;

    /// <summary>The open transactions of all readers.</summary>
    internal int Transactions { get; private set; } = 16;

    /// <summary>The requests of all readers in a second.</summary>
    internal int Requests { get; private set; } = 10_000;

    /// <summary>Somebody may connect, so there is a socket.</summary>
    internal bool IsWanted => Users.Count + Groups.Count > 0;

    /// <summary>Takes an option. False: it is another one.</summary>
    /// <exception cref="UsageException">It has a wrong value.</exception>
    internal bool TryTake(string name, CommandLine words)
    {
        switch (name)
        {
            case "--reader-user": Users.AddRange(Names(words.Value(name))); break;
            case "--reader-group": Groups.AddRange(Names(words.Value(name))); break;
            case "--reader-sees": Paths.AddRange(Names(words.Value(name)).Select(path => Pattern(name, path))); break;
            case "--reader-connections": Connections = words.Number(name, least: 1, most: 256); break;
            case "--reader-watches": Watches = words.Number(name, least: 1, most: 65536); break;
            case "--reader-transactions": Transactions = words.Number(name, least: 1, most: 1024); break;
            case "--reader-requests": Requests = words.Number(name, least: 10, most: 1_000_000); break;
            default: return false;
        }
        return true;
    }

    static string[] Names(string list) => list.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    static string Pattern(string name, string text) => new PathPatterns().TryAdd(text)
        ? text
        : throw new UsageException(
            $"{name} {text}: a path is needed, as in /local/domain/*/name; * is one name, and /** at the end all that is below");
}
