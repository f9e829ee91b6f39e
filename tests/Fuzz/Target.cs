using XenStored.Fuzz.Targets;

namespace XenStored.Fuzz;

/// <summary>A target by its name.</summary>
/// <param name="Name">Also that of the folder of its corpus.</param>
/// <param name="Executions">How many `make test` runs: a million, or what takes about ten seconds of CPU.</param>
/// <param name="Make">Makes it.</param>
sealed record Target(string Name, int Executions, Func<ITarget> Make)
{
    internal static readonly Target[] All =
    [
        new("framer", 1_000_000, () => new FramerTarget()),
        new("ring", 1_000_000, () => new RingTarget()),
        new("core", 100_000, () => new CoreTarget()),
        new("guest", 100_000, () => new GuestTarget()),
        new("console", 1_000_000, () => new ConsoleTarget()),
        new("output", 1_000_000, () => new OutputTarget()),
        new("stream", 500_000, () => new StreamTarget()),
        new("state", 50_000, () => new StateTarget()),
    ];
}
