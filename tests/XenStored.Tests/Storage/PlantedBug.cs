namespace XenStored.Tests.Storage;

/// <summary>What the killed process does wrong on purpose, to see that the test would notice.</summary>
public enum PlantedBug
{
    None,
    /// <summary>Dead blocks are used again before the root that drops them is published.</summary>
    FreesBeforePublish,
    /// <summary>A change is acknowledged before it is published.</summary>
    AcknowledgesBeforePublish,
}
