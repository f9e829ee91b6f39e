namespace Xen.Hypervisor;

/// <summary>How full a domain's grant table is.</summary>
/// <param name="Frames">Frames it has.</param>
/// <param name="MostFrames">Frames it may have.</param>
public readonly record struct GrantTableSize(uint Frames, uint MostFrames)
{
    /// <summary>
    /// From how much on the doctor advises to give a guest more, in percent. It is asked now and then, often months apart, so the guest
    /// needs room to grow until the next time.
    /// </summary>
    public const int AdvisePercent = 80;

    /// <summary>
    /// From how much on the watchdog warns, in percent. It looks twice a minute and would repeat itself for years about guests that stay
    /// at a high level, so it waits until one is really close.
    /// </summary>
    public const int WarnPercent = 90;

    /// <summary>At least so much of it is used. A table without a maximum is never full.</summary>
    public bool IsUsedTo(int percent) => MostFrames > 0 && Frames * 100L >= MostFrames * (long)percent;
}
