namespace Repository;

/// <summary>What the code of a room may do, or may not do.</summary>
[Flags]
enum Trait
{
    None,

    /// <summary>It does no input or output, waits for nobody and reads no clock: it uses no room with <see cref="World"/>.</summary>
    Pure = 1,

    /// <summary>It talks with the kernel, the hypervisor or other programs.</summary>
    World = 2,

    /// <summary>It has unsafe code, or calls functions of the C library.</summary>
    Unsafe = 4,
}
