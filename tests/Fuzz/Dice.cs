namespace XenStored.Fuzz;

/// <summary>Random numbers that a seed decides (splitmix64). The same seed and number give the same throws on every machine.</summary>
struct Dice
{
    ulong state;

    /// <summary>The dice of one execution.</summary>
    internal Dice(long seed, long execution) => state = Mixed((ulong)seed) + Mixed((ulong)execution + 0x632BE59BD9B4E019);

    internal ulong Next() => Mixed(state += 0x9E3779B97F4A7C15);

    /// <summary>A number from 0 to <paramref name="most"/> less one.</summary>
    internal int Below(int most) => (int)((UInt128)Next() * (ulong)most >> 64);

    /// <summary>True once in so many throws.</summary>
    internal bool OnceIn(int times) => Below(times) == 0;

    static ulong Mixed(ulong x)
    {
        x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9;
        x = (x ^ x >> 27) * 0x94D049BB133111EB;
        return x ^ x >> 31;
    }
}
