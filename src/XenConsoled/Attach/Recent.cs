using XenConsoled.Memory;

namespace XenConsoled.Attach;

/// <summary>What a console said before somebody came to look.</summary>
static class Recent
{
    /// <summary>Its last lines, the one that is not ended included, as far back as is kept.</summary>
    internal static byte[] LastLines(ConsoleMemory memory, int lines)
    {
        if (lines <= 0)
            return [];
        var bytes = new byte[memory.State.Taken - memory.OldestRecent];
        int length = memory.CopyRecent(memory.OldestRecent, bytes), start = length;
        for (int found = 0; start > 0; start--)
            if (bytes[start - 1] == '\n' && start < length && ++found == lines)
                break;
        return bytes[start..length];
    }
}
