using Xunit.Abstractions;

namespace SystemTests;

/// <summary>The host with most facts begins, so that two machines at a time end at about the same time.</summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    /// <inheritdoc/>
    public IEnumerable<ITestCollection> OrderTestCollections(IEnumerable<ITestCollection> testCollections) =>
        testCollections.OrderByDescending(collection => collection.DisplayName == Xen417.Name);
}
