using Xen.Protocol.Wire;
using XenStored.Clients;
using XenStored.Clients.Limits;

namespace XenStored.Store.Records;

/// <summary>What another process must know of a domain. The layout has a version in its first byte.</summary>
readonly struct DomainRecord
{
    const byte Version = 1;

    readonly int[] limits = new int[Quotas.Count];
    readonly int ownLimits;

    /// <summary>What there is to know of a domain.</summary>
    /// <param name="transactionBound">No transaction of its client has a higher number.</param>
    internal DomainRecord(Domain domain, uint transactionBound)
    {
        (SessionId, Link, Features) = (domain.Session?.Id, domain.Link, domain.Features);
        (Target, IsShutdownReported, IsIgnored) = (domain.Target?.Id, domain.IsShutdownReported, domain.IsIgnored);
        TransactionBound = transactionBound;
        for (int quota = 0; quota < limits.Length; quota++)
            limits[quota] = domain.Limits[(Quota)quota];
        ownLimits = domain.Limits.Own;
    }

    /// <summary>Reads a record.</summary>
    /// <exception cref="InvalidDataException">It is of another version, or too short.</exception>
    internal DomainRecord(byte[] bytes)
    {
        var reader = new FieldReader(bytes);
        if (reader.Next<byte>() != Version)
            throw new InvalidDataException("a domain's record is of another version");
        SessionId = reader.NextIfAny<long>();
        Link = reader.NextIfAny<DomainLink>();
        Features = (StoreFeatures)reader.Next<uint>();
        Target = reader.NextIfAny<ushort>();
        (IsShutdownReported, IsIgnored) = (reader.Next<bool>(), reader.Next<bool>());
        TransactionBound = reader.Next<uint>();
        for (int quota = 0; quota < limits.Length; quota++)
            limits[quota] = reader.Next<int>();
        ownLimits = reader.Next<int>();
    }

    /// <summary>The number of its connection; null if it was not introduced.</summary>
    internal long? SessionId { get; }

    internal DomainLink? Link { get; }
    internal StoreFeatures Features { get; }
    internal ushort? Target { get; }
    internal bool IsShutdownReported { get; }
    internal bool IsIgnored { get; }
    internal uint TransactionBound { get; }

    /// <summary>Gives a domain all of this but its target and its connection.</summary>
    internal void GiveTo(Domain domain)
    {
        (domain.Link, domain.Features) = (Link, Features);
        (domain.IsShutdownReported, domain.IsIgnored) = (IsShutdownReported, IsIgnored);
        domain.Limits.Restore(limits, ownLimits);
    }

    internal byte[] Bytes()
    {
        var writer = new FieldWriter();
        writer.Add(Version);
        writer.AddIfAny(SessionId);
        writer.AddIfAny(Link);
        writer.Add((uint)Features);
        writer.AddIfAny(Target);
        writer.Add(IsShutdownReported);
        writer.Add(IsIgnored);
        writer.Add(TransactionBound);
        foreach (int limit in limits)
            writer.Add(limit);
        writer.Add(ownLimits);
        return writer.ToArray();
    }
}
