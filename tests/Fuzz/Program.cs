using XenStored.Fuzz;

// See docs/testing.md, "Fuzzing". TARGET:FILE runs one input.
if (FuzzOptions.Parse(args) is not { } options)
{
    Console.Error.WriteLine($"{FuzzOptions.Usage}\ntargets: {string.Join(' ', Target.All.Select(one => one.Name))}");
    return 2;
}
int status = 0;
foreach (var (target, file) in options.Wanted)
{
    string folder = Path.Combine(options.Corpus, target.Name);
    var first = file is not null ? [File.ReadAllBytes(file)]
        : Directory.Exists(folder) ? Directory.GetFiles(folder).Order(StringComparer.Ordinal).Select(File.ReadAllBytes) : [];
    using var fuzzer = new Fuzzer(target, options.Seed, first, options.Found);
    if (!fuzzer.Run(file is null ? options.Executions ?? target.Executions : 0))
        status = 1;
    else if (options.Keeps)
        CorpusFolder.Keep(folder, fuzzer.Smallest());
}
return status;
