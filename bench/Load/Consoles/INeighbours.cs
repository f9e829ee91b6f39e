namespace Load.Consoles;

/// <summary>
/// What other guests do beside the one that is measured. They live in its thread, so that they wait for it and not it for them.
/// </summary>
interface INeighbours
{
    /// <summary>Does the next small thing that is due; returns when to call again, 0 for at once.</summary>
    long Step();

    /// <summary>Readable when it should be called before that; -1 if there is no such thing.</summary>
    int Events { get; }
}
