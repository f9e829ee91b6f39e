namespace Xen.Protocol.Permissions;

/// <summary>
/// The letters of the protocol for what a domain may do with a node (xenstore.txt, GET_PERMS): n nothing, r read, w write, b both.
/// </summary>
public static class AccessLetter
{
    /// <summary>The bit for reading.</summary>
    public const int Read = 1;

    /// <summary>The bit for writing.</summary>
    public const int Write = 2;

    const string Letters = "nrwb"; // each at the number that its bits make

    /// <summary>The letter for these bits. Others are ignored.</summary>
    public static byte Of(int access) => (byte)Letters[access & (Read | Write)];

    /// <summary>The bits for a letter; false: there is no such letter.</summary>
    public static bool TryParse(byte letter, out int access)
    {
        access = Letters.IndexOf((char)letter, StringComparison.Ordinal);
        return access >= 0;
    }
}
