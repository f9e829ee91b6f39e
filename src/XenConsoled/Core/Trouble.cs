namespace XenConsoled.Core;

/// <summary>
/// Something that works or does not. Code that tries it repeatedly learns when that changes, and so reports each change once.
/// </summary>
struct Trouble
{
    /// <summary>It does not work.</summary>
    internal bool IsOn { get; private set; }

    /// <summary>Notes that it does not work; true if it worked until now.</summary>
    internal bool Begins() => !IsOn && (IsOn = true);

    /// <summary>Notes that it works; true if it did not work until now.</summary>
    internal bool Ends() => IsOn && !(IsOn = false);
}
