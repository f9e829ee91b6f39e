using Load.Consoles;
using Load.Scenarios;

namespace Load;

/// <summary>The scenarios by their names, but for the start of a server.</summary>
static class Plays
{
    /// <summary>Those that play against a store.</summary>
    public static readonly Dictionary<string, Action<Server, Output>> OfStores = new()
    {
        ["read"] = Synchronous.Read,
        ["write"] = Synchronous.Write,
        ["pipeline-read"] = Pipelined.Read,
        ["pipeline-write"] = Pipelined.Write,
        ["idle"] = Synchronous.Idle,
        ["irregular"] = Irregular.Run,
        ["creators"] = Creators.Run,
        ["transaction"] = Transactions.Run,
        ["watches"] = Watches.Run,
        ["deaf"] = Deaf.Run,
        ["remove"] = Remove.Run,
        ["million"] = Million.Run,
        ["restart"] = Restart.Run,
        ["list"] = Listing.Run,
        ["ring-read"] = Rings.Read,
        ["ring-write"] = Rings.Write,
        ["domains"] = Rings.Domains,
        ["scraped"] = Scraped.Run,
    };

    /// <summary>Those that play against a console daemon.</summary>
    public static readonly Dictionary<string, Action<Stage, Output>> OfConsoles = new()
    {
        ["console-flood"] = Flood.Run,
        ["console-log"] = Flood.Logged,
        ["console-echo"] = Echo.Alone,
        ["console-chatter"] = Echo.BesideChatter,
        ["console-flooder"] = Echo.BesideFlooder,
        ["console-one-by-one"] = OneByOne.Run,
        ["console-thousand"] = Thousand.Run,
    };
}
