namespace XenCommons.Swap;

/// <summary>What a swap of the store depends on.</summary>
/// <param name="Store">The daemon that serves now.</param>
/// <param name="Program">The program that is to serve.</param>
/// <param name="ProgramKind">Whose it is, by its help.</param>
/// <param name="IsRunning">The daemon executes that very file.</param>
/// <param name="DeviceModels">The domains that are device models of guests, by the store.</param>
/// <param name="IsInService">It is in the service of ours already.</param>
/// <param name="WhyNoMove">Why the store cannot move there; null: it can.</param>
/// <param name="WantedInstead">What the service's settings want in the place of ours, if nobody has named a program; null: ours.</param>
/// <param name="Seconds">How long the live update may wait for clients.</param>
sealed record SwapFacts(
    RunningStore Store, string Program, StoreKind ProgramKind, bool IsRunning, IReadOnlyList<ushort> DeviceModels, bool IsInService,
    string? WhyNoMove, string? WantedInstead, int Seconds);
