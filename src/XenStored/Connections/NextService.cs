namespace XenStored.Connections;

/// <summary>When a connection that was just served is to be served again.</summary>
enum NextService
{
    /// <summary>When its descriptor, its port or a look at its ring says that there is something.</summary>
    WhenReady,
    /// <summary>In the next iteration: there is more, of which nothing will tell.</summary>
    AtOnce,
    /// <summary>When its gates are open (<see cref="Gate"/>).</summary>
    WhenAdmitted,
}
