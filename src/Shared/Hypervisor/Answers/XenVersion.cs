namespace Xen.Hypervisor.Answers;

/// <summary>The hypervisor's version.</summary>
/// <param name="Major">4 of 4.17.7.</param>
/// <param name="Minor">17 of 4.17.7.</param>
/// <param name="Extra">".7" of 4.17.7, and the text that the distribution adds.</param>
public readonly record struct XenVersion(int Major, int Minor, string Extra)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Major}.{Minor}{Extra}";
}
