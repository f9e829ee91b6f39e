namespace XenDomains.Configuration;

/// <summary>When a guest counts as ready, so that guests which need it can start.</summary>
abstract record ReadyRule
{
    /// <summary>A TCP port accepts connections.</summary>
    internal sealed record Tcp(string Host, int Port) : ReadyRule
    {
        public override string ToString() => $"tcp:{Host}:{Port}";
    }

    /// <summary>A node of the store exists, and has the value if one is given. A path without / is below the guest's own node.</summary>
    internal sealed record Node(string Path, string? Value) : ReadyRule
    {
        public override string ToString() => $"store:{Path}{(Value is null ? "" : "=" + Value)}";
    }

    /// <summary>All disks and networks of the guest are connected.</summary>
    internal sealed record Drivers : ReadyRule
    {
        public override string ToString() => "drivers";
    }
}
