namespace XenStored.Connections;

/// <summary>When to serve a connection again that was just served.</summary>
enum NextService
{
    /// <summary>When its descriptor, its port or a look at its ring shows that there is something to read.</summary>
    WhenReady,
    /// <summary>In the next iteration, because there is more to read and no notification will come.</summary>
    AtOnce,
    /// <summary>When its gates are open (<see cref="Gate"/>).</summary>
    WhenAdmitted,
}
