using XenStored.Fuzz;

// See docs/testing.md, "Fuzzing". TARGET:FILE runs one input.
if (FuzzOptions.Parse(args) is not { } options)
{
    Console.Error.WriteLine($"{FuzzOptions.Usage}\ntargets: {string.Join(' ', Target.All.Select(one => one.Name))}");
    return 2;
}
if (options.Fault() is { } fault)
{
    Console.Error.WriteLine(fault);
    return 2;
}
int status = 0;
foreach (var (target, file) in options.Wanted)
{
    string folder = options.FolderOf(target);
    string[] files = file is null ? CorpusFolder.Files(folder) : [file];
    using var fuzzer = new Fuzzer(target, options.Seed, files.Select(File.ReadAllBytes), options.Found);
    if (!fuzzer.Run(file is null ? options.Executions ?? target.Executions : 0))
        status = 1;
    else if (options.Keeps && fuzzer.Smallest() is { } smallest)
        CorpusFolder.Keep(folder, smallest);
    else if (options.Keeps)
        status = 1;
}
return status;
