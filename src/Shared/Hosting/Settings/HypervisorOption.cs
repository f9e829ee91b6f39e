using Xen.Hypervisor.Choice;

namespace Xen.Hosting.Settings;

/// <summary>The option of each daemon that chooses the hypervisor.</summary>
public static class HypervisorOption
{
    /// <summary>Takes the value of the option, which names a hypervisor.</summary>
    /// <exception cref="UsageException">It has no value, or there is no hypervisor of that name.</exception>
    public static string HypervisorName(this CommandLine words, string name)
    {
        string text = words.Value(name);
        return HypervisorChoice.Knows(text) ? text : throw new UsageException($"{name} {text}: {HypervisorChoice.Choices} is needed");
    }
}
