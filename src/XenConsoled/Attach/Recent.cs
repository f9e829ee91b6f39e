using XenConsoled.Memory;

namespace XenConsoled.Attach;

/// <summary>A console's output before a viewer came.</summary>
static class Recent
{
    /// <summary>The last lines, as far back as output is kept. An unfinished line counts as one.</summary>
    internal static byte[] LastLines(ConsoleMemory memory, int lines)
    {
        if (lines <= 0)
            return [];
        byte[] bytes = new byte[memory.State.Taken - memory.OldestRecent];
        int length = memory.CopyRecent(memory.OldestRecent, bytes), start = length;
        for (int found = 0; start > 0; start--)
            if (bytes[start - 1] == '\n' && start < length && ++found == lines)
                break;
        return bytes[start..length];
    }
}
