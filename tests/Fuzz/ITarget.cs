namespace XenStored.Fuzz;

/// <summary>
/// Something that is fuzzed, with a model beside it. One object runs millions of inputs in one process, and each input finds it in the same
/// state. So whatever an input left must be gone when the next one begins.
/// </summary>
interface ITarget : IDisposable
{
    /// <summary>Runs an input. An exception is a find.</summary>
    void Run(ReadOnlySpan<byte> input);
}
