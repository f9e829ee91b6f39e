using XenStored.Clients;
using XenStored.Tree.Storage;

namespace XenStored.Store;

/// <summary>What another process must know of the store as a whole. The layout has a version in its first byte.</summary>
static class GlobalRecord
{
    const byte Version = 1;

    internal static byte[] Write(XenStore store)
    {
        var writer = new FieldWriter();
        writer.Add(Version);
        for (int quota = 0; quota < Quotas.Count; quota++)
        {
            writer.Add(store.Quotas[(Quota)quota]);
            writer.AddIfAny(store.Quotas.Given[quota]);
        }
        foreach (var special in store.Specials)
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
    internal static void Read(byte[] bytes, XenStore store)
    {
        var reader = new FieldReader(bytes);
        if (reader.Next<byte>() != Version)
            throw new InvalidDataException("the store's record is of another version");
        for (int quota = 0; quota < Quotas.Count; quota++)
        {
            store.Quotas[(Quota)quota] = reader.Next<int>();
            store.Quotas.Given[quota] = reader.NextIfAny<int>();
        }
        foreach (var special in store.Specials)
        {
            special.Stamp = reader.Next<long>();
            special.Permissions = new Permission[reader.Next<ushort>()];
            for (int i = 0; i < special.Permissions.Length; i++)
                special.Permissions[i] = reader.Next<Permission>();
        }
    }
}
