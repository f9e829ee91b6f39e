using SharpFuzz;
using XenStored.Fuzz;

// XenStored.Fuzz TARGET [FILE...]: under afl-fuzz, or over the files of a corpus.
if (args.Length == 0 || !Enum.TryParse<Target>(args[0], ignoreCase: true, out var target))
{
    Console.Error.WriteLine($"usage: XenStored.Fuzz {string.Join('|', Enum.GetNames<Target>()).ToLowerInvariant()} [file...]");
    return 2;
}
if (args.Length > 1)
    foreach (string file in args[1..])
        Targets.Run(target, File.ReadAllBytes(file));
else
    Fuzzer.OutOfProcess.Run(stream =>
    {
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        Targets.Run(target, bytes.ToArray());
    });
return 0;
