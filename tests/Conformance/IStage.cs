namespace Xen.Conformance;

/// <summary>A daemon for the length of one rule, and the world around it.</summary>
interface IStage : IDisposable
{
    /// <summary>
    /// Connects a client: <c>d7</c> is guest 7 on its ring (introduced by now, except <c>d0</c>), everything else a socket client.
    /// </summary>
    IClient Connect(string who);

    /// <summary>Gives the domain a fresh ring and introduces it.</summary>
    void Introduce(int domid);

    /// <summary>The domain is gone, shut down or (again) running; the daemon is told that some domain changed.</summary>
    void Change(int domid, DomainState state);

    /// <summary>Null while the daemon is well, else what became of it.</summary>
    string? Fault { get; }
}
