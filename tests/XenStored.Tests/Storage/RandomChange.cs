using System.Text;

namespace XenStored.Tests.Storage;

/// <summary>A random change, the same for the same number and seed, so that a killed run can be told again.</summary>
static class RandomChange
{
    internal static (string Path, string? Value) At(int seed, int number)
    {
        var random = new Random(seed * 1_000_003 + number);
        var path = new StringBuilder();
        for (int depth = random.Next(1, 5); depth > 0; depth--)
            path.Append('/').Append((char)('a' + random.Next(depth == 1 ? 26 : 3))).Append(depth == 1 ? random.Next(4) : "");
        if (random.Next(4) == 0)
            return (path.ToString(), null);
        int length = random.Next(10) switch { 0 => random.Next(200, 3000), < 4 => 0, _ => random.Next(40) };
        return (path.ToString(), new string((char)('a' + number % 26), length));
    }
}
