namespace Load.Report;

/// <summary>What ours should reach: at most or at least a limit, which is a number or so many times a peer's figure.</summary>
sealed record Aim(bool AtMost, double Limit, string? Peer = null)
{
    public bool IsMet(double ours, double peers) => AtMost ? ours <= Limit * peers : ours >= Limit * peers;

    public override string ToString() =>
        $"{(AtMost ? "≤" : "≥")} {Limit.ToString(Limit >= 1000 ? "N0" : "0.###", Table.Culture)}{(Peer is null ? "" : $" × {Peer}")}";
}

/// <summary>A row of the table.</summary>
sealed record Figure(string Scenario, string Key, string Name, string Unit, params Aim[] Aims);

static class Figures
{
    static Aim Most(double limit, string? peer = null) => new(true, limit, peer);
    static Aim Least(double limit, string? peer = null) => new(false, limit, peer);

    public static readonly Figure[] All =
    [
        new("read", "cpu", "READ, one client: server CPU", "µs", Most(0.6, "c417")),
        new("read", "p50", "READ, one client: p50", "µs", Most(1.25, "echo")),
        new("read", "p99", "READ, one client: p99", "µs"),
        new("write", "cpu", "WRITE, one client: server CPU", "µs", Most(0.6, "c417")),
        new("write", "p50", "WRITE, one client: p50", "µs", Most(1.4, "echo")),
        new("write", "p99", "WRITE, one client: p99", "µs"),
        new("pipeline-read", "rate", "READ, 64 outstanding", "op/s", Least(20, "c417")),
        new("pipeline-read", "cpu", "READ, 64 outstanding: server CPU", "µs"),
        new("pipeline-write", "rate", "WRITE, 64 outstanding", "op/s", Least(12, "c417")),
        new("pipeline-write", "cpu", "WRITE, 64 outstanding: server CPU", "µs"),
        new("idle", "alone", "READ before the idle connections: p50", "µs"),
        new("idle", "p50", "READ beside 1,000 idle connections: p50", "µs"),
        new("idle", "cpu", "READ beside 1,000 idle connections: server CPU", "µs"),
        new("idle", "ratio", "READ beside 1,000 idle connections / without", "×", Most(1.1)),
        new("creators", "rate", "8 creators in one directory", "commits/s", Least(5, "c417")),
        new("creators", "again", "8 creators in one directory: EAGAIN", "%", Most(0)),
        new("creators", "fairness", "8 creators in one directory: slowest / fastest", "×", Least(0.8)),
        new("transaction", "cpu", "transaction of 8 requests: server CPU", "µs", Most(0.6, "c417")),
        new("transaction", "p50", "transaction of 8 requests: p50", "µs"),
        new("transaction", "rate", "transaction of 8 requests", "tx/s"),
        new("watches", "rate", "WRITE to 1,000 watches", "events/s", Least(3, "c417")),
        new("watches", "cpu", "WRITE to 1,000 watches: server CPU an event", "µs"),
        new("deaf", "rate", "deaf watcher: the writer's rate", "writes/s"),
        new("deaf", "written", "deaf watcher: writes done of 100,000", "", Least(100_000)),
        new("deaf", "kept", "deaf watcher: rate with it / without", "×", Least(0.9)),
        new("deaf", "last", "deaf watcher: rate of the last / first tenth", "×", Least(0.9)),
        new("deaf", "memory", "deaf watcher: server RSS growth", "MB"),
        new("remove", "time", "RM of 100,000 nodes", "ms"),
        new("remove", "quiet", "worst READ in 0.5 s before that RM", "ms"),
        new("remove", "stall", "worst READ during that RM", "ms", Most(2)),
        new("million", "rate", "1,000,000 nodes", "nodes/s", Least(300_000)),
        new("million", "cpu", "1,000,000 nodes: server CPU a node", "µs"),
        new("million", "bytes", "1,000,000 nodes: RSS a node", "bytes", Most(80)),
        new("million", "p999", "READ beside the creation: p99.9", "ms", Most(1)),
        new("million", "worst", "READ beside the creation: worst", "ms"),
        new("list", "rate", "10,000 children by DIRECTORY_PART", "listings/s", Least(5, "c417")),
        new("ring-read", "cpu", "READ over a ring: server CPU", "µs", Most(0.8, "c417")),
        new("ring-read", "p50", "READ over a ring: p50", "µs"),
        new("ring-read", "p99", "READ over a ring: p99", "µs"),
        new("ring-write", "cpu", "WRITE over a ring: server CPU", "µs", Most(0.8, "c417")),
        new("ring-write", "p50", "WRITE over a ring: p50", "µs"),
        new("ring-write", "p99", "WRITE over a ring: p99", "µs"),
        new("domains", "alone", "ring READ of the only domain: p50", "µs"),
        new("domains", "p50", "ring READ beside 3,999 domains: p50", "µs"),
        new("domains", "cpu", "ring READ beside 3,999 domains: server CPU", "µs"),
        new("domains", "ratio", "ring READ beside 3,999 domains / alone", "×", Most(1.1)),
        new("domains", "introduce", "INTRODUCE of 4,000 domains", "domains/s"),
        new("start", "cpu", "start to first answer: server CPU", "ms", Most(20)),
        new("start", "wall", "start to first answer: wall clock", "ms"),
        new("start", "memory", "RSS when idle", "MB", Most(14)),
    ];
}
