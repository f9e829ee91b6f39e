namespace SystemTests;

/// <summary>The tests that share Debian 12's Xen with a device model.</summary>
[CollectionDefinition(Name)]
public sealed class Xen417Kinds : ICollectionFixture<KindsHost417>
{
    /// <summary>The collection's name.</summary>
    public const string Name = "Xen 4.17 with a device model";
}
