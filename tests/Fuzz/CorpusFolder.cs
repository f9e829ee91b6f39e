using System.Security.Cryptography;

namespace XenStored.Fuzz;

/// <summary>The files of a corpus.</summary>
static class CorpusFolder
{
    /// <summary>Its files, in an order that is the same everywhere.</summary>
    internal static string[] Files(string folder) => [.. Directory.GetFiles(folder).Order(StringComparer.Ordinal)];

    /// <summary>Makes a folder have these inputs and no others. A file is named after its bytes: one that stays is not changed.</summary>
    internal static void Keep(string folder, List<byte[]> inputs)
    {
        var byName = inputs.ToDictionary(input => Convert.ToHexStringLower(SHA256.HashData(input))[..12]);
        foreach (string file in Directory.GetFiles(folder))
            if (!byName.Remove(Path.GetFileName(file)))
                File.Delete(file);
        foreach (var (name, input) in byName)
            File.WriteAllBytes(Path.Combine(folder, name), input);
        Console.WriteLine($"{folder} has {inputs.Count} inputs of {inputs.Sum(input => input.Length)} bytes");
    }
}
