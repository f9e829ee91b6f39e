namespace XenStored.Tests.Support;

/// <summary>How a kernel uses its ring, as its sources have it.</summary>
/// <param name="Token">How its watches are called.</param>
sealed record Habits(string Name, RingHabits Ring, Func<int, string> Token)
{
    internal static readonly Habits[] All =
    [
        new("Linux xenbus", new(true, Announces.WhenWaitedFor, Announces.WhenWaitedFor), i => $"{0xFFFF888000000000 + (ulong)i * 64:X}"),
        new("MiniOS", new(false, Announces.Always, Announces.Never), i => $"device/vif/{i}/backend-state"),
        new("Unikraft", new(false, Announces.Always, Announces.WhenWaitedFor), i => $"{0x400000 + i * 64:x}"),
        new("Zephyr", new(false, Announces.Always, Announces.WhenWaitedFor), i => $"{0x400000 + i * 64:x}"),
        new("FreeBSD", new(true, Announces.Always, Announces.Always), i => $"{0xFFFFF80000000000 + (ulong)i * 64:X}"),
        new("NetBSD", new(true, Announces.Always, Announces.Always), i => $"{0xFFFFA00000000000 + (ulong)i * 64:X}"),
        new("Windows PV", new(true, Announces.Always, Announces.Always), i => $"TOK|{0xFFFFF80112345678:X16}|{i:X4}"),
    ];

    internal bool InPieces => Ring.InPieces;

    public override string ToString() => Name;
}
