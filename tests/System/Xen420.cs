namespace SystemTests;

/// <summary>The tests that share Debian 13's Xen.</summary>
[CollectionDefinition(Name)]
public sealed class Xen420 : ICollectionFixture<Host420>
{
    /// <summary>The collection's name.</summary>
    public const string Name = "Xen 4.20";
}
