namespace XenDomains.Configuration;

/// <summary>How one tells that a guest is of use to those that need it.</summary>
abstract record ReadyRule
{
    /// <summary>Somebody accepts connections.</summary>
    internal sealed record Tcp(string Host, int Port) : ReadyRule
    {
        public override string ToString() => $"tcp:{Host}:{Port}";
    }

    /// <summary>A node of the store is there, with that value if one is given. A path without / is one of the guest's own.</summary>
    internal sealed record Node(string Path, string? Value) : ReadyRule
    {
        public override string ToString() => $"store:{Path}{(Value is null ? "" : "=" + Value)}";
    }

    /// <summary>All its disks and networks are connected.</summary>
    internal sealed record Drivers : ReadyRule
    {
        public override string ToString() => "drivers";
    }
}
