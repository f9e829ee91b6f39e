namespace SystemTests;

/// <summary>The tests that share Debian 11's Xen.</summary>
[CollectionDefinition(Name)]
public sealed class Xen414 : ICollectionFixture<Host414>
{
    /// <summary>The collection's name.</summary>
    public const string Name = "Xen 4.14";
}
