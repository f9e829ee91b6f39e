namespace SystemTests;

/// <summary>The tests that share Debian 12's Xen.</summary>
[CollectionDefinition(Name)]
public sealed class Xen417 : ICollectionFixture<Host417>
{
    /// <summary>The collection's name.</summary>
    public const string Name = "Xen 4.17";
}
