using Xen.Hypervisor.Choice;

namespace Xen.Hosting.Settings;

/// <summary>The option by which each daemon is told which hypervisor it has: the real one or a simulated one.</summary>
public static class HypervisorOption
{
    /// <summary>The hypervisor that an option names.</summary>
    /// <exception cref="UsageException">It has no value, or there is no hypervisor of that name.</exception>
    public static string HypervisorName(this CommandLine words, string name) => words.Value(name) is var text && HypervisorChoice.Knows(text)
        ? text
        : throw new UsageException($"{name} {text}: {HypervisorChoice.Choices} is needed");
}
