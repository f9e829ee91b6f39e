using XenStored.Clients.Limits;
using XenStored.Tree.Storage.Nodes;

namespace XenStored.Store.Records;

/// <summary>What another process must know of the store as a whole. The layout has a version in its first byte.</summary>
static class GlobalRecord
{
    const byte Version = 1;

    internal static byte[] Write(Quotas quotas, SpecialNode[] specials)
    {
        var writer = new FieldWriter();
        writer.Add(Version);
        for (int quota = 0; quota < Quotas.Count; quota++)
        {
            writer.Add(quotas[(Quota)quota]);
            writer.AddIfAny(quotas.Given[quota]);
        }
        foreach (var special in specials)
        {
            writer.Add(special.Stamp);
            writer.Add((ushort)special.Permissions.Length);
            foreach (var permission in special.Permissions)
                writer.Add(permission);
        }
        return writer.ToArray();
    }

    /// <summary>Gives the store what another process wrote.</summary>
    /// <exception cref="InvalidDataException">It is of another version, or too short.</exception>
    internal static void Read(byte[] bytes, Quotas quotas, SpecialNode[] specials)
    {
        var reader = new FieldReader(bytes);
        if (reader.Next<byte>() != Version)
            throw new InvalidDataException("the store's record is of another version");
        for (int quota = 0; quota < Quotas.Count; quota++)
        {
            quotas[(Quota)quota] = reader.Next<int>();
            quotas.Given[quota] = reader.NextIfAny<int>();
        }
        foreach (var special in specials)
        {
            special.Stamp = reader.Next<long>();
            special.Permissions = new Permission[reader.Next<ushort>()];
            for (int i = 0; i < special.Permissions.Length; i++)
                special.Permissions[i] = reader.Next<Permission>();
            if (special.Permissions.Length == 0 || special.Permissions.Any(permission => permission.Access > Access.Both))
                throw new InvalidDataException("a special node has no permissions");
        }
    }
}
