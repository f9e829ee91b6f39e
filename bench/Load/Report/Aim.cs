namespace Load.Report;

/// <summary>What ours should reach: at most or at least a limit, which is a number or so many times a peer's figure.</summary>
sealed record Aim(bool AtMost, double Limit, string? Peer = null)
{
    public bool IsMet(double ours, double peers) => AtMost ? ours <= Limit * peers : ours >= Limit * peers;

    public override string ToString() =>
        $"{(AtMost ? "≤" : "≥")} {Limit.ToString(Limit >= 1000 ? "N0" : "0.###", Table.Culture)}{(Peer is null ? "" : $" × {Peer}")}";
}
