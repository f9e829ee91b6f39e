namespace XenConsoled.Core;

/// <summary>
/// Something that works or does not. Whoever tries it again and again learns when that changes, and so reports each change once.
/// </summary>
struct Trouble
{
    /// <summary>It does not work.</summary>
    internal bool IsOn { get; private set; }

    /// <summary>It does not work; whether it did until now.</summary>
    internal bool Begins() => !IsOn && (IsOn = true);

    /// <summary>It works; whether it did not until now.</summary>
    internal bool Ends() => IsOn && !(IsOn = false);
}
