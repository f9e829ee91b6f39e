namespace XenStored.Fuzz;

/// <summary>Throws if something is not as a model has it.</summary>
static class Differs
{
    internal static void Unless(bool holds, string what)
    {
        if (!holds)
            throw new InvalidOperationException(what);
    }

    /// <summary>Compares two numbers or words. The sentence is made only if they differ.</summary>
    internal static void From<T>(T wanted, T got, string what) where T : IEquatable<T>
    {
        if (!wanted.Equals(got))
            throw new InvalidOperationException($"{what}: wanted {wanted}, got {got}");
    }

    internal static void From(ReadOnlySpan<byte> wanted, ReadOnlySpan<byte> got, string what)
    {
        if (!wanted.SequenceEqual(got))
            throw new InvalidOperationException($"{what}: wanted {Convert.ToHexString(wanted)}, got {Convert.ToHexString(got)}");
    }
}
