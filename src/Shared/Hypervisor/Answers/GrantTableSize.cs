namespace Xen.Hypervisor.Answers;

/// <summary>How full a domain's grant table is.</summary>
/// <param name="Frames">Frames it has.</param>
/// <param name="MostFrames">Frames it may have.</param>
public readonly record struct GrantTableSize(uint Frames, uint MostFrames)
{
    /// <summary>
    /// From this share on the doctor advises to give a guest more frames, in percent. An administrator runs the doctor now and then, often
    /// months apart. So the guest needs free frames until the next time.
    /// </summary>
    public const int AdvisePercent = 80;

    /// <summary>
    /// From this share on the watchdog warns, in percent. It looks twice a minute. With a lower value it would warn for years about guests
    /// that stay at a high level.
    /// </summary>
    public const int WarnPercent = 90;

    /// <summary>Whether at least this share of the maximum is used, in percent. A table without a maximum is never full.</summary>
    public bool IsUsedTo(int percent) => MostFrames > 0 && Frames * 100L >= MostFrames * (long)percent;
}
